import { expect } from 'chai';
import type { Result } from 'ethers';
import { id } from 'ethers';
import { describe, it } from 'mocha';
import {
  bytes32,
  DELAY,
  DIDS,
  END,
  FOREVER,
  IDS,
  KEY,
  OPENED,
  refused,
  type Role,
  says,
  saysNothing,
  START,
  TYPES,
  ZERO_ADDRESS,
  useConsortium,
} from './support/consortium.ts';

const unknown = bytes32('unknown');

describe('TrustList: what authorities decide', () => {
  const world = useConsortium();
  const { address, at, send } = world;
  const isActive = (issuer: string): Promise<boolean> =>
    world.trustList.getFunction('isIssuerActive')(issuer);
  const issuerOf = (issuer: string): Promise<Result> => world.trustList.getFunction('issuerOf')(issuer);

  describe('accrediting an issuer', () => {
    const did = 'did:web:d.example';
    const accredit = (changes: {
      authority?: string;
      did?: string;
      types?: number;
      from?: bigint;
      until?: bigint;
      admin?: string;
    }) => {
      const all = { authority: IDS.authority, did, types: TYPES, from: 0n, until: END, ...changes };
      const admin = changes.admin ?? address('outsider');
      const args = [all.authority, all.did, all.types, all.from, all.until, admin];
      return send('authorityAdmin', world.trustList, 'accredit', ...args);
    };

    it('says who may issue what and when, and 0 means as early as allowed', async () => {
      const expected = [id(did), IDS.authority, did, TYPES, START + DELAY, END, address('outsider')];
      await says(accredit({}), world.trustList, 'IssuerAccredited', ...expected);
      expect((await issuerOf(id(did))).toObject()).to.deep.equal({
        authority: IDS.authority,
        admin: address('outsider'),
        suspendedUntil: 0n,
        accepted: false,
        from: START + DELAY,
        until: END,
        types: BigInt(TYPES),
        nextFrom: 0n,
        nextUntil: 0n,
        nextTypes: 0n,
      });
    });

    it('takes the earliest time and refuses the second before', async () => {
      const early = START + DELAY - 1n;
      await refused(accredit({ from: early }), world.trustList, 'TrustListTooEarly', early, START + DELAY);
      await accredit({ from: START + DELAY });
    });

    it('refuses a window that ends no later than it starts', async () => {
      const from = START + DELAY;
      await refused(accredit({ from, until: from }), world.trustList, 'TrustListInvalidWindow', from, from);
      await refused(accredit({ until: from }), world.trustList, 'TrustListInvalidWindow', from, from);
      await accredit({ from, until: from + 1n });
    });

    it('takes all the known types and refuses none and others', async () => {
      await refused(accredit({ types: 0 }), world.trustList, 'TrustListInvalidTypes', 0n);
      await refused(accredit({ types: 0x100 }), world.trustList, 'TrustListInvalidTypes', 0x100n);
      await refused(accredit({ types: 0x1ff }), world.trustList, 'TrustListInvalidTypes', 0x1ffn);
      await accredit({ types: 0xff });
    });

    for (const name of [
      '',
      'did',
      'did:',
      'DID:web:x',
      'web:x.example',
      'did:x y',
      `did:${'x'.repeat(125)}`,
    ]) {
      it(`refuses the DID "${name.slice(0, 16)}"`, async () => {
        await refused(accredit({ did: name }), world.trustList, 'TrustListInvalidName', name);
      });
    }

    it('takes a DID of 128 characters', async () => {
      await accredit({ did: `did:${'x'.repeat(124)}` });
    });

    it('refuses an issuer that another authority has, an unknown authority, and nobody as admin', async () => {
      const taken = accredit({ did: DIDS.otherIssuer });
      await refused(taken, world.trustList, 'TrustListIssuerExists', IDS.otherIssuer);
      await refused(accredit({ authority: unknown }), world.trustList, 'TrustListUnknownAuthority', unknown);
      await refused(accredit({ admin: ZERO_ADDRESS }), world.trustList, 'TrustListZeroAddress');
    });
  });

  describe('accepting an accreditation', () => {
    const accept = () => send('newcomerAdmin', world.trustList, 'acceptAccreditation', IDS.newcomer);

    it('makes the issuer active, once', async () => {
      expect(await isActive(IDS.newcomer)).to.equal(false);
      await says(accept(), world.trustList, 'IssuerAccepted', IDS.newcomer);
      expect(await isActive(IDS.newcomer)).to.equal(true);
      await refused(accept(), world.trustList, 'TrustListIssuerAlreadyAccepted', IDS.newcomer);
    });

    it('comes before keys, accounts and approvers', async () => {
      const error = ['TrustListIssuerNotAccepted', IDS.newcomer] as const;
      const add = (name: string, ...args: unknown[]) =>
        send('newcomerAdmin', world.trustList, name, IDS.newcomer, ...args);
      const key = [KEY.thumbprint, 1, KEY.publicKey, KEY.certificateDigest, 0, END];
      await refused(add('addKey', ...key), world.trustList, ...error);
      const account = await world.accountOf('outsider', IDS.newcomer);
      await refused(
        send('newcomerAdmin', world.trustList, 'addAccount', ...account),
        world.trustList,
        ...error,
      );
      await refused(add('addApprover', address('outsider'), 0, END), world.trustList, ...error);
    });

    it('is refused while the issuer or its authority is suspended, and of an unknown issuer', async () => {
      const other = send('newcomerAdmin', world.trustList, 'acceptAccreditation', unknown);
      await refused(other, world.trustList, 'TrustListUnknownIssuer', unknown);
      await send('authorityAdmin', world.trustList, 'suspendIssuer', IDS.newcomer);
      await refused(accept(), world.trustList, 'TrustListIssuerSuspended', IDS.newcomer);
      await send('authorityAdmin', world.trustList, 'reinstateIssuer', IDS.newcomer, 0);
      await at(START + DELAY);
      await send('guardian', world.trustList, 'suspendAuthority', IDS.authority);
      await refused(accept(), world.trustList, 'TrustListAuthoritySuspended', IDS.authority);
    });
  });

  describe('widening an issuer', () => {
    const widen = (types: number, from: bigint, until: bigint, issuer: string = IDS.issuer) =>
      send('authorityAdmin', world.trustList, 'widenIssuer', issuer, types, from, until);

    it('takes effect at its time, to the second', async () => {
      const until = END + 5n;
      const expected = [IDS.issuer, 7n, START + DELAY, until];
      await says(widen(7, 0n, until), world.trustList, 'IssuerWidened', ...expected);
      await at(START + DELAY - 1n);
      const waiting = await issuerOf(IDS.issuer);
      expect([waiting['types'], waiting['until']]).to.deep.equal([BigInt(TYPES), END]);
      expect([waiting['nextTypes'], waiting['nextFrom'], waiting['nextUntil']]).to.deep.equal([
        7n,
        START + DELAY,
        until,
      ]);
      await at(START + DELAY);
      const widened = await issuerOf(IDS.issuer);
      expect([widened['types'], widened['until']]).to.deep.equal([7n, until]);
      expect([widened['nextTypes'], widened['nextFrom'], widened['nextUntil']]).to.deep.equal([0n, 0n, 0n]);
    });

    it('reopens a window that has ended', async () => {
      await send('issuerAdmin', world.trustList, 'narrowIssuer', IDS.issuer, TYPES, START);
      expect(await isActive(IDS.issuer)).to.equal(false);
      await widen(TYPES, 0n, END);
      await at(START + DELAY - 1n);
      expect(await isActive(IDS.issuer)).to.equal(false);
      await at(START + DELAY);
      expect(await isActive(IDS.issuer)).to.equal(true);
      await at(END);
      expect(await isActive(IDS.issuer)).to.equal(false);
    });

    it('refuses a time sooner than the delay', async () => {
      const early = START + DELAY - 1n;
      await refused(widen(7, early, END), world.trustList, 'TrustListTooEarly', early, START + DELAY);
    });

    it('refuses to take anything away', async () => {
      await refused(widen(5, 0n, END), world.trustList, 'TrustListInvalidTypes', 5n);
      await refused(widen(0, 0n, END), world.trustList, 'TrustListInvalidTypes', 0n);
      await refused(widen(0x103, 0n, END), world.trustList, 'TrustListInvalidTypes', 0x103n);
      await refused(widen(7, 0n, END - 1n), world.trustList, 'TrustListInvalidWindow', OPENED, END - 1n);
    });

    it('refuses a window that ends before the widening starts', async () => {
      await refused(widen(7, END, END), world.trustList, 'TrustListInvalidWindow', END, END);
    });

    it('says nothing when nothing is widened', async () => {
      await saysNothing(widen(TYPES, 0n, END));
    });

    it('refuses a second one until the first has taken effect', async () => {
      await widen(7, 0n, END);
      await refused(
        widen(15, 0n, END),
        world.trustList,
        'TrustListWideningPending',
        IDS.issuer,
        START + DELAY,
      );
      await at(START + DELAY);
      await says(
        widen(15, 0n, END),
        world.trustList,
        'IssuerWidened',
        IDS.issuer,
        15n,
        START + 2n * DELAY,
        END,
      );
    });

    it('refuses an unknown issuer', async () => {
      await refused(widen(7, 0n, END, unknown), world.trustList, 'TrustListUnknownIssuer', unknown);
    });
  });

  describe('narrowing an issuer', () => {
    const narrow = (types: number, until: bigint, by: Role = 'issuerAdmin', issuer: string = IDS.issuer) =>
      send(by, world.trustList, 'narrowIssuer', issuer, types, until);

    for (const by of ['issuerAdmin', 'authorityAdmin'] as const) {
      it(`takes effect at once, by the ${by}`, async () => {
        await says(narrow(1, START + 9n, by), world.trustList, 'IssuerNarrowed', IDS.issuer, 1n, START + 9n);
        const record = await issuerOf(IDS.issuer);
        expect([record['types'], record['until']]).to.deep.equal([1n, START + 9n]);
      });
    }

    it('may leave no type at all, and may end the window with this block', async () => {
      await narrow(0, END);
      expect((await issuerOf(IDS.issuer))['types']).to.equal(0n);
      await narrow(0, START);
      expect(await isActive(IDS.issuer)).to.equal(false);
    });

    it('does not reach back before this block', async () => {
      await refused(narrow(1, START - 1n), world.trustList, 'TrustListInvalidWindow', START, START - 1n);
    });

    it('refuses to add anything', async () => {
      await refused(narrow(4, END), world.trustList, 'TrustListTypesWouldWiden', BigInt(TYPES), 4n);
      await refused(narrow(1, END + 1n), world.trustList, 'TrustListWouldWiden', END, END + 1n);
    });

    it('calls off a widening that has yet to take effect', async () => {
      await send('authorityAdmin', world.trustList, 'widenIssuer', IDS.issuer, 7, 0, END);
      await says(narrow(TYPES, END), world.trustList, 'IssuerNarrowed', IDS.issuer, BigInt(TYPES), END);
      await at(START + DELAY);
      expect((await issuerOf(IDS.issuer))['types']).to.equal(BigInt(TYPES));
      await saysNothing(narrow(TYPES, END));
    });

    it('starts from a widening that has taken effect', async () => {
      await send('authorityAdmin', world.trustList, 'widenIssuer', IDS.issuer, 7, 0, END);
      await at(START + DELAY);
      await says(narrow(4, END), world.trustList, 'IssuerNarrowed', IDS.issuer, 4n, END);
    });

    it('may still take types away when the window has ended', async () => {
      await at(END + 1n);
      await says(narrow(1, END), world.trustList, 'IssuerNarrowed', IDS.issuer, 1n, END);
    });

    it('refuses an unknown issuer', async () => {
      await refused(
        narrow(1, END, 'issuerAdmin', unknown),
        world.trustList,
        'TrustListUnknownIssuer',
        unknown,
      );
    });
  });

  describe('suspending and reinstating an issuer', () => {
    const suspend = (by: Role = 'issuerAdmin', issuer: string = IDS.issuer) =>
      send(by, world.trustList, 'suspendIssuer', issuer);
    const reinstate = (from: bigint, issuer: string = IDS.issuer) =>
      send('authorityAdmin', world.trustList, 'reinstateIssuer', issuer, from);

    for (const by of ['issuerAdmin', 'authorityAdmin'] as const) {
      it(`suspends at once and says so once, by the ${by}`, async () => {
        await says(suspend(by), world.trustList, 'IssuerSuspended', IDS.issuer, address(by));
        expect((await issuerOf(IDS.issuer))['suspendedUntil']).to.equal(FOREVER);
        expect(await isActive(IDS.issuer)).to.equal(false);
        await saysNothing(suspend(by));
      });
    }

    it('stops what widens and leaves what narrows', async () => {
      await suspend();
      const account = await world.accountOf('outsider', IDS.issuer);
      const add = send('issuerAdmin', world.trustList, 'addAccount', ...account);
      await refused(add, world.trustList, 'TrustListIssuerSuspended', IDS.issuer);
      const narrow = send(
        'issuerAdmin',
        world.trustList,
        'narrowAccount',
        IDS.issuer,
        address('account'),
        START,
      );
      await says(narrow, world.trustList, 'AccountNarrowed', IDS.issuer, address('account'), START);
    });

    it('reinstates no sooner than the delay, to the second', async () => {
      await suspend();
      const early = START + DELAY - 1n;
      await refused(reinstate(early), world.trustList, 'TrustListTooEarly', early, START + DELAY);
      await says(reinstate(0n), world.trustList, 'IssuerReinstated', IDS.issuer, START + DELAY);
      await saysNothing(reinstate(START + DELAY));
      await at(START + DELAY - 1n);
      expect(await isActive(IDS.issuer)).to.equal(false);
      await at(START + DELAY);
      expect(await isActive(IDS.issuer)).to.equal(true);
    });

    it('ends a reinstatement that has yet to take effect', async () => {
      await suspend();
      await reinstate(0n);
      await says(suspend(), world.trustList, 'IssuerSuspended', IDS.issuer, address('issuerAdmin'));
      await at(START + DELAY);
      expect(await isActive(IDS.issuer)).to.equal(false);
    });

    it('refuses to reinstate what is not suspended, or no longer, and what is unknown', async () => {
      await refused(reinstate(0n), world.trustList, 'TrustListIssuerNotSuspended', IDS.issuer);
      await suspend();
      await reinstate(0n);
      await at(START + DELAY);
      await refused(reinstate(0n), world.trustList, 'TrustListIssuerNotSuspended', IDS.issuer);
      await refused(reinstate(0n, unknown), world.trustList, 'TrustListUnknownIssuer', unknown);
      await refused(suspend('issuerAdmin', unknown), world.trustList, 'TrustListUnknownIssuer', unknown);
    });
  });

  describe('an issuer is active', () => {
    it('from the first second of its window to the last', async () => {
      const from = START + DELAY;
      const did = 'did:web:d.example';
      const accredited = [IDS.authority, did, TYPES, from, from + 10n, address('outsider')];
      await send('authorityAdmin', world.trustList, 'accredit', ...accredited);
      await send('outsider', world.trustList, 'acceptAccreditation', id(did));
      for (const [time, active] of [
        [from - 1n, false],
        [from, true],
        [from + 9n, true],
        [from + 10n, false],
      ] as const) {
        await at(time);
        expect(await isActive(id(did)), `at ${time}`).to.equal(active);
      }
    });

    it('unless it is unknown', async () => {
      expect(await isActive(unknown)).to.equal(false);
    });
  });
});
