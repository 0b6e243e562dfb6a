import { expect } from 'chai';
import type { Result } from 'ethers';
import { describe, it } from 'mocha';
import {
  bytes32,
  DELAY,
  END,
  IDS,
  KEY,
  OPENED,
  p256Key,
  refused,
  type Role,
  says,
  saysNothing,
  START,
  useConsortium,
  ZERO_32,
  ZERO_ADDRESS,
} from './support/consortium.ts';

const EARLIEST = START + DELAY;
const unknown = bytes32('unknown');

describe('TrustList: what issuers decide', () => {
  const world = useConsortium();
  const { address, at, send } = world;
  const asAdmin = (name: string, ...args: readonly unknown[]) =>
    send('issuerAdmin', world.trustList, name, ...args);

  describe('adding a key', () => {
    const another = p256Key(2n);
    const { thumbprint } = another;
    const add = (changes: {
      thumbprint?: string;
      algorithm?: number;
      publicKey?: string;
      from?: bigint;
      until?: bigint;
    }) => {
      const all = { ...another, algorithm: 1, from: 0n, until: END, ...changes };
      const digest = KEY.certificateDigest;
      return asAdmin(
        'addKey',
        IDS.issuer,
        all.thumbprint,
        all.algorithm,
        all.publicKey,
        digest,
        all.from,
        all.until,
      );
    };

    it('says the key and its window', async () => {
      const window = [EARLIEST, END];
      const key = [thumbprint, 1n, another.publicKey, KEY.certificateDigest];
      await says(add({}), world.trustList, 'KeyAdded', IDS.issuer, ...key, ...window);
      const grant: Result = await world.trustList.getFunction('keyOf')(IDS.issuer, thumbprint);
      expect(grant.toArray()).to.deep.equal([...window, 0n]);
    });

    it('needs no certificate', async () => {
      await asAdmin('addKey', IDS.issuer, thumbprint, 1, another.publicKey, ZERO_32, 0, END);
    });

    it('takes the thumbprint of RFC 7638 of this key and no other', async () => {
      for (const wrong of [KEY.thumbprint, ZERO_32, bytes32('another')]) {
        await refused(
          add({ thumbprint: wrong }),
          world.trustList,
          'TrustListWrongThumbprint',
          thumbprint,
          wrong,
        );
      }
    });

    it('computes the thumbprint of every key as the readers do', async () => {
      for (let n = 3n; n < 40n; n++) {
        const { thumbprint: next, publicKey } = p256Key(n ** 20n);
        await asAdmin('addKey', IDS.issuer, next, 1, publicKey, ZERO_32, 0, END);
      }
    });

    it('refuses a key twice, but another issuer may have the same', async () => {
      const again = add(p256Key(1n));
      await refused(again, world.trustList, 'TrustListKeyExists', IDS.issuer, KEY.thumbprint);
      const key = [KEY.thumbprint, 1, KEY.publicKey, ZERO_32, 0, END];
      await send('otherIssuerAdmin', world.trustList, 'addKey', IDS.otherIssuer, ...key);
    });

    it('refuses every algorithm but ES256', async () => {
      for (const algorithm of [0, 2, 255]) {
        await refused(add({ algorithm }), world.trustList, 'TrustListUnknownAlgorithm', BigInt(algorithm));
      }
    });

    for (const [what, publicKey, length] of [
      ['empty', '0x', 0n],
      ['compressed', `0x02${'11'.repeat(32)}`, 33n],
      ['a byte short', `0x04${'11'.repeat(63)}`, 64n],
      ['a byte long', `0x04${'11'.repeat(65)}`, 66n],
      ['of the hybrid form', `0x06${p256Key(2n).publicKey.slice(4)}`, 65n],
      ['beside the curve', `${p256Key(2n).publicKey.slice(0, -2)}ff`, 65n],
      ['zero', `0x04${'00'.repeat(64)}`, 65n],
    ] as const) {
      it(`refuses a public key that is ${what}`, async () => {
        await refused(add({ publicKey }), world.trustList, 'TrustListInvalidPublicKey', length);
      });
    }

    it('waits the delay, to the second, and ends after it starts', async () => {
      const early = EARLIEST - 1n;
      await refused(add({ from: early }), world.trustList, 'TrustListTooEarly', early, EARLIEST);
      await refused(add({ until: EARLIEST }), world.trustList, 'TrustListInvalidWindow', EARLIEST, EARLIEST);
      const key = [thumbprint, 1n, another.publicKey, KEY.certificateDigest] as const;
      const window = [EARLIEST, EARLIEST + 1n] as const;
      const added = add({ from: EARLIEST, until: EARLIEST + 1n });
      await says(added, world.trustList, 'KeyAdded', IDS.issuer, ...key, ...window);
    });
  });

  for (const { what, add, event, view, exists } of [
    {
      what: 'account',
      add: 'addAccount',
      event: 'AccountAdded',
      view: 'accountOf',
      exists: 'TrustListAccountTaken',
    },
    {
      what: 'approver',
      add: 'addApprover',
      event: 'ApproverAdded',
      view: 'approverOf',
      exists: 'TrustListApproverExists',
    },
  ] as const) {
    describe(`adding an ${what}`, () => {
      const grant = async (who: Role, from: bigint, until: bigint) =>
        add === 'addAccount'
          ? asAdmin(add, ...(await world.accountOf(who, IDS.issuer, { from, until })))
          : asAdmin(add, IDS.issuer, address(who), from, until);

      it('says it with its window', async () => {
        const who = address('outsider');
        await says(grant('outsider', 0n, END), world.trustList, event, IDS.issuer, who, EARLIEST, END);
        const args = view === 'accountOf' ? [who] : [IDS.issuer, who];
        const record: Result = await world.trustList.getFunction(view)(...args);
        const plain = view === 'accountOf' ? [IDS.issuer, [EARLIEST, END, 0n]] : [EARLIEST, END, 0n];
        expect(record.toArray(true)).to.deep.equal(plain);
      });

      it('waits the delay, to the second, and ends after it starts', async () => {
        const early = EARLIEST - 1n;
        await refused(grant('outsider', early, END), world.trustList, 'TrustListTooEarly', early, EARLIEST);
        const empty = grant('outsider', 0n, EARLIEST);
        await refused(empty, world.trustList, 'TrustListInvalidWindow', EARLIEST, EARLIEST);
        await grant('outsider', EARLIEST, EARLIEST + 1n);
      });

      it('refuses it twice, and nobody', async () => {
        const taken = address(what);
        const args = what === 'account' ? [taken] : [IDS.issuer, taken];
        await refused(grant(what, 0n, END), world.trustList, exists, ...args);
        const rest = add === 'addAccount' ? [END, `0x${'00'.repeat(65)}`] : [];
        const nobody = asAdmin(add, IDS.issuer, ZERO_ADDRESS, 0, END, ...rest);
        await refused(nobody, world.trustList, 'TrustListZeroAddress');
      });
    });
  }

  it('an account serves one issuer, also when its window has ended', async () => {
    const taken = address('otherAccount');
    const add = async () => asAdmin('addAccount', ...(await world.accountOf('otherAccount', IDS.issuer)));
    await refused(add(), world.trustList, 'TrustListAccountTaken', taken);
    await send('otherIssuerAdmin', world.trustList, 'narrowAccount', IDS.otherIssuer, taken, START);
    await refused(add(), world.trustList, 'TrustListAccountTaken', taken);
  });

  it('an account and an approver of an issuer are never the same', async () => {
    const account = asAdmin('addAccount', ...(await world.accountOf('approver', IDS.issuer)));
    await refused(account, world.trustList, 'TrustListApproverExists', IDS.issuer, address('approver'));
    const approver = asAdmin('addApprover', IDS.issuer, address('account'), 0, END);
    await refused(approver, world.trustList, 'TrustListAccountTaken', address('account'));
  });

  it('an approver may serve several issuers, and the account of one may approve for another', async () => {
    const add = (who: Role) =>
      send('otherIssuerAdmin', world.trustList, 'addApprover', IDS.otherIssuer, address(who), 0, END);
    await add('approver');
    await add('account');
  });

  for (const { what, narrow, event, missing, subject } of [
    {
      what: 'key',
      narrow: 'narrowKey',
      event: 'KeyNarrowed',
      missing: 'TrustListUnknownKey',
      subject: () => KEY.thumbprint,
    },
    {
      what: 'account',
      narrow: 'narrowAccount',
      event: 'AccountNarrowed',
      missing: 'TrustListUnknownAccount',
      subject: () => address('account'),
    },
    {
      what: 'approver',
      narrow: 'narrowApprover',
      event: 'ApproverNarrowed',
      missing: 'TrustListUnknownApprover',
      subject: () => address('approver'),
    },
  ] as const) {
    describe(`narrowing the window of ${what}`, () => {
      const set = (until: bigint, by: Role = 'issuerAdmin') =>
        send(by, world.trustList, narrow, IDS.issuer, subject(), until);

      for (const by of ['issuerAdmin', 'authorityAdmin'] as const) {
        it(`takes effect at once and says so once, by the ${by}`, async () => {
          await says(set(START + 9n, by), world.trustList, event, IDS.issuer, subject(), START + 9n);
          await saysNothing(set(START + 9n, by));
        });
      }

      it('may end it with this block, but not before', async () => {
        await refused(set(START - 1n), world.trustList, 'TrustListInvalidWindow', START, START - 1n);
        await refused(set(0n), world.trustList, 'TrustListInvalidWindow', START, 0n);
        await set(START);
      });

      it('never moves it later', async () => {
        await refused(set(END + 1n), world.trustList, 'TrustListWouldWiden', END, END + 1n);
        await set(START + 9n);
        await refused(set(START + 10n), world.trustList, 'TrustListWouldWiden', START + 9n, START + 10n);
      });

      it('says nothing of a window that has ended already', async () => {
        await set(START + 9n);
        await at(START + 20n);
        await saysNothing(set(START + 9n));
        await refused(set(START + 8n), world.trustList, 'TrustListInvalidWindow', START + 20n, START + 8n);
      });

      it(`refuses a ${what} of another issuer, and an unknown issuer`, async () => {
        const args = [IDS.otherIssuer, subject()] as const;
        const other = send('otherIssuerAdmin', world.trustList, narrow, ...args, START);
        await refused(other, world.trustList, missing, ...args);
        const nowhere = asAdmin(narrow, unknown, subject(), START);
        await refused(nowhere, world.trustList, 'TrustListUnknownIssuer', unknown);
      });

      it('works while the issuer is suspended and while its authority is', async () => {
        await asAdmin('suspendIssuer', IDS.issuer);
        await set(START + 9n);
        await send('guardian', world.trustList, 'suspendAuthority', IDS.authority);
        await set(START + 8n);
        const byAuthority = set(START + 7n, 'authorityAdmin');
        await refused(byAuthority, world.trustList, 'TrustListAuthoritySuspended', IDS.authority);
      });
    });
  }

  for (const { what, name, event, missing, subject } of [
    {
      what: 'key',
      name: 'setKeyCompromisedFrom',
      event: 'KeyCompromised',
      missing: 'TrustListUnknownKey',
      subject: () => KEY.thumbprint,
    },
    {
      what: 'account',
      name: 'setAccountCompromisedFrom',
      event: 'AccountCompromised',
      missing: 'TrustListUnknownAccount',
      subject: () => address('account'),
    },
  ] as const) {
    describe(`declaring ${what} compromised`, () => {
      const set = (from: bigint, by: Role = 'issuerAdmin') =>
        send(by, world.trustList, name, IDS.issuer, subject(), from);
      const later = 'TrustListCompromisedFromMovesLater';

      for (const by of ['issuerAdmin', 'authorityAdmin'] as const) {
        it(`says from when, and once, by the ${by}`, async () => {
          await says(set(START, by), world.trustList, event, IDS.issuer, subject(), START);
          await saysNothing(set(START, by));
        });
      }

      it('reaches back as far as need be, and may lie ahead', async () => {
        await set(START + 1000n);
        await says(set(START), world.trustList, event, IDS.issuer, subject(), START);
        await says(set(OPENED), world.trustList, event, IDS.issuer, subject(), OPENED);
        await says(set(1n), world.trustList, event, IDS.issuer, subject(), 1n);
      });

      it('never moves later, and 0 would be never', async () => {
        await refused(set(0n), world.trustList, later, 0n, 0n);
        await set(START);
        await refused(set(START + 1n), world.trustList, later, START, START + 1n);
        await refused(set(0n), world.trustList, later, START, 0n);
      });

      it(`refuses a ${what} of another issuer`, async () => {
        const args = [IDS.otherIssuer, subject()] as const;
        const other = send('otherIssuerAdmin', world.trustList, name, ...args, START);
        await refused(other, world.trustList, missing, ...args);
      });
    });
  }

  describe('who may write', () => {
    const ask = (who: Role): Promise<string> =>
      world.trustList.getFunction('requireAnchoringIssuer')(address(who));
    const nobody = async (who: Role, error: string, ...args: readonly unknown[]) =>
      refused(ask(who), world.trustList, error, ...args);

    it('is an account, for its own issuer', async () => {
      expect(await ask('account')).to.equal(IDS.issuer);
      expect(await ask('otherAccount')).to.equal(IDS.otherIssuer);
    });

    it('is nobody else, whatever other role they have', async () => {
      for (const who of ['issuerAdmin', 'authorityAdmin', 'approver', 'governor', 'outsider'] as const) {
        await nobody(who, 'TrustListUnauthorized', ZERO_32, address(who));
      }
    });

    it('holds from the first second of the account window to the last', async () => {
      const until = EARLIEST + 10n;
      const window = { from: EARLIEST, until };
      await asAdmin('addAccount', ...(await world.accountOf('outsider', IDS.issuer, window)));
      await at(EARLIEST - 1n);
      await nobody('outsider', 'TrustListOutsideWindow', EARLIEST, until);
      await at(EARLIEST);
      expect(await ask('outsider')).to.equal(IDS.issuer);
      await at(until - 1n);
      expect(await ask('outsider')).to.equal(IDS.issuer);
      await at(until);
      await nobody('outsider', 'TrustListOutsideWindow', EARLIEST, until);
    });

    it('holds until the second from which the account is compromised', async () => {
      await asAdmin('setAccountCompromisedFrom', IDS.issuer, address('account'), START + 5n);
      await at(START + 4n);
      expect(await ask('account')).to.equal(IDS.issuer);
      await at(START + 5n);
      await nobody('account', 'TrustListUnauthorized', IDS.issuer, address('account'));
    });

    it('is not hindered by a compromised key', async () => {
      await asAdmin('setKeyCompromisedFrom', IDS.issuer, KEY.thumbprint, START);
      expect(await ask('account')).to.equal(IDS.issuer);
    });

    it('holds to the last second of the issuer window', async () => {
      await asAdmin('narrowIssuer', IDS.issuer, 0, START + 5n);
      await at(START + 4n);
      expect(await ask('account')).to.equal(IDS.issuer);
      await at(START + 5n);
      await nobody('account', 'TrustListOutsideWindow', OPENED, START + 5n);
    });

    it('ends with the suspension of the issuer and comes back with its reinstatement', async () => {
      await asAdmin('suspendIssuer', IDS.issuer);
      await nobody('account', 'TrustListIssuerSuspended', IDS.issuer);
      await send('authorityAdmin', world.trustList, 'reinstateIssuer', IDS.issuer, 0);
      await at(EARLIEST - 1n);
      await nobody('account', 'TrustListIssuerSuspended', IDS.issuer);
      await at(EARLIEST);
      expect(await ask('account')).to.equal(IDS.issuer);
    });

    it('ends with the suspension of the authority', async () => {
      await send('guardian', world.trustList, 'suspendAuthority', IDS.authority);
      await nobody('account', 'TrustListAuthoritySuspended', IDS.authority);
      expect(await ask('otherAccount')).to.equal(IDS.otherIssuer);
    });
  });

  it('an approver is one within its window, for its own issuer', async () => {
    const is = (issuer: string, who: Role): Promise<boolean> =>
      world.trustList.getFunction('isApprover')(issuer, address(who));
    expect(await is(IDS.issuer, 'approver')).to.equal(true);
    expect(await is(IDS.otherIssuer, 'approver')).to.equal(false);
    expect(await is(IDS.issuer, 'account')).to.equal(false);
    await asAdmin('narrowApprover', IDS.issuer, address('approver'), START + 5n);
    await at(START + 4n);
    expect(await is(IDS.issuer, 'approver')).to.equal(true);
    await at(START + 5n);
    expect(await is(IDS.issuer, 'approver')).to.equal(false);
  });
});
