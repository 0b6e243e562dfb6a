import { expect } from 'chai';
import { id } from 'ethers';
import { describe, it } from 'mocha';
import {
  AA,
  bytes32,
  DELAY,
  FOREVER,
  GOVERNOR_ROLE,
  IDS,
  NAMES,
  refused,
  says,
  saysNothing,
  START,
  ZERO_32,
  ZERO_ADDRESS,
  useConsortium,
} from './support/consortium.ts';

describe('TrustList: what the consortium decides', () => {
  const world = useConsortium();
  const { address, at, send } = world;

  describe('admitting an authority', () => {
    const admit = (name: string, jurisdiction = AA, admin = address('outsider'), key = bytes32('key')) =>
      send('governor', world.trustList, 'admitAuthority', name, jurisdiction, admin, key);

    it('says who it is', async () => {
      const expected = [id('CC-1'), 'CC-1', AA, address('outsider'), bytes32('key')];
      await says(admit('CC-1'), world.trustList, 'AuthorityAdmitted', ...expected);
      const record = await world.trustList.getFunction('authorityOf')(id('CC-1'));
      expect(record.toObject()).to.deep.equal({ admin: address('outsider'), suspendedUntil: 0n });
    });

    it('refuses the same name twice', async () => {
      await refused(admit(NAMES.authority), world.trustList, 'TrustListAuthorityExists', IDS.authority);
    });

    for (const name of ['', 'two words', 'line\nfeed', 'tab\t', 'é', '衞生署', 'x'.repeat(129)]) {
      it(`refuses the name ${JSON.stringify(name).slice(0, 20)}`, async () => {
        await refused(admit(name), world.trustList, 'TrustListInvalidName', name);
      });
    }

    it('takes a name of 128 characters, from ! to ~', async () => {
      await admit(`!${'x'.repeat(126)}~`);
    });

    for (const jurisdiction of ['0x0000', '0x4161', '0x6141', '0x405a', '0x5a5b', '0x4100']) {
      it(`refuses the jurisdiction ${jurisdiction}`, async () => {
        await refused(
          admit('CC-1', jurisdiction),
          world.trustList,
          'TrustListInvalidJurisdiction',
          jurisdiction,
        );
      });
    }

    it('takes the jurisdictions AZ and ZA', async () => {
      await admit('CC-1', '0x415a');
      await admit('CC-2', '0x5a41');
    });

    it('refuses nobody as its admin and nothing as its checkpoint key', async () => {
      await refused(admit('CC-1', AA, ZERO_ADDRESS), world.trustList, 'TrustListZeroAddress');
      const keyless = admit('CC-1', AA, address('outsider'), ZERO_32);
      await refused(keyless, world.trustList, 'TrustListInvalidPublicKey', 32n);
    });
  });

  describe('changing the admin of an authority', () => {
    const change = (authority: string, admin: string) =>
      send('governor', world.trustList, 'setAuthorityAdmin', authority, admin);

    it('hands over at once, also while the authority is suspended', async () => {
      await send('guardian', world.trustList, 'suspendAuthority', IDS.authority);
      const changed = change(IDS.authority, address('outsider'));
      await says(changed, world.trustList, 'AuthorityAdminChanged', IDS.authority, address('outsider'));
      const { admin } = await world.trustList.getFunction('authorityOf')(IDS.authority);
      expect(admin).to.equal(address('outsider'));
    });

    it('says nothing when nothing changes', async () => {
      await saysNothing(change(IDS.authority, address('authorityAdmin')));
    });

    it('refuses an unknown authority, and nobody', async () => {
      const unknown = change(bytes32('unknown'), address('outsider'));
      await refused(unknown, world.trustList, 'TrustListUnknownAuthority', bytes32('unknown'));
      await refused(change(IDS.authority, ZERO_ADDRESS), world.trustList, 'TrustListZeroAddress');
    });
  });

  describe('suspending and reinstating an authority', () => {
    const suspend = (authority: string = IDS.authority) =>
      send('guardian', world.trustList, 'suspendAuthority', authority);
    const reinstate = (from: bigint, authority: string = IDS.authority) =>
      send('governor', world.trustList, 'reinstateAuthority', authority, from);
    const suspendedUntil = async (): Promise<bigint> => {
      const record = await world.trustList.getFunction('authorityOf')(IDS.authority);
      return record.suspendedUntil;
    };

    it('suspends at once and says so once', async () => {
      await says(suspend(), world.trustList, 'AuthoritySuspended', IDS.authority);
      expect(await suspendedUntil()).to.equal(FOREVER);
      expect(await world.trustList.getFunction('isIssuerActive')(IDS.issuer)).to.equal(false);
      await saysNothing(suspend());
    });

    it('stops its admin and its issuers, but not another authority', async () => {
      await suspend();
      const error = 'TrustListAuthoritySuspended';
      const widen = [IDS.issuer, 3, 0, START + 9999n * DELAY];
      await refused(
        send('authorityAdmin', world.trustList, 'widenIssuer', ...widen),
        world.trustList,
        error,
        IDS.authority,
      );
      const suspendIssuer = send('authorityAdmin', world.trustList, 'suspendIssuer', IDS.issuer);
      await refused(suspendIssuer, world.trustList, error, IDS.authority);
      const anchor = send('account', world.batchAnchor, 'anchor', bytes32('root'), 6, 0, 1);
      await refused(anchor, world.trustList, error, IDS.authority);
      const account = await world.accountOf('outsider', IDS.issuer);
      const add = send('issuerAdmin', world.trustList, 'addAccount', ...account);
      await refused(add, world.trustList, error, IDS.authority);
      await send('otherAccount', world.batchAnchor, 'anchor', bytes32('root'), 6, 0, 1);
    });

    it('leaves the issuer itself free to narrow', async () => {
      await suspend();
      await send(
        'issuerAdmin',
        world.trustList,
        'setAccountCompromisedFrom',
        IDS.issuer,
        address('account'),
        START,
      );
    });

    it('reinstates no sooner than the delay, to the second', async () => {
      await suspend();
      const early = START + DELAY - 1n;
      await refused(reinstate(early), world.trustList, 'TrustListTooEarly', early, START + DELAY);
      await says(reinstate(0n), world.trustList, 'AuthorityReinstated', IDS.authority, START + DELAY);
      await at(START + DELAY - 1n);
      expect(await world.trustList.getFunction('isIssuerActive')(IDS.issuer)).to.equal(false);
      await at(START + DELAY);
      expect(await world.trustList.getFunction('isIssuerActive')(IDS.issuer)).to.equal(true);
    });

    it('moves a reinstatement, and says nothing about the same one again', async () => {
      await suspend();
      const from = START + 2n * DELAY;
      await says(reinstate(from), world.trustList, 'AuthorityReinstated', IDS.authority, from);
      await saysNothing(reinstate(from));
      await says(reinstate(from + 1n), world.trustList, 'AuthorityReinstated', IDS.authority, from + 1n);
    });

    it('ends a reinstatement that has yet to take effect', async () => {
      await suspend();
      await reinstate(0n);
      await says(suspend(), world.trustList, 'AuthoritySuspended', IDS.authority);
      expect(await suspendedUntil()).to.equal(FOREVER);
    });

    it('refuses to reinstate what is not suspended, or no longer', async () => {
      await refused(reinstate(0n), world.trustList, 'TrustListAuthorityNotSuspended', IDS.authority);
      await suspend();
      await reinstate(0n);
      await at(START + DELAY);
      await refused(reinstate(0n), world.trustList, 'TrustListAuthorityNotSuspended', IDS.authority);
    });

    it('refuses an unknown authority', async () => {
      const unknown = bytes32('unknown');
      await refused(suspend(unknown), world.trustList, 'TrustListUnknownAuthority', unknown);
      await refused(reinstate(0n, unknown), world.trustList, 'TrustListUnknownAuthority', unknown);
    });
  });

  describe('setting the checkpoint keys', () => {
    const keys = (count: number): string[] => Array.from({ length: count }, (_, i) => bytes32(`key ${i}`));
    const set = (set: readonly string[], threshold: number) =>
      send('governor', world.trustList, 'setCheckpointSet', set, threshold);

    it('says each set with the next version', async () => {
      expect(await world.trustList.getFunction('checkpointSetVersion')()).to.equal(0n);
      await says(set(keys(3), 2), world.trustList, 'CheckpointSetChanged', 1n, 2n, keys(3));
      await says(set(keys(1), 1), world.trustList, 'CheckpointSetChanged', 2n, 1n, keys(1));
      await says(set(keys(32), 32), world.trustList, 'CheckpointSetChanged', 3n, 32n, keys(32));
      expect(await world.trustList.getFunction('checkpointSetVersion')()).to.equal(3n);
    });

    for (const [what, given, threshold] of [
      ['no keys', [], 0],
      ['a threshold without keys', [], 1],
      ['a threshold of none', keys(3), 0],
      ['a threshold above the number of keys', keys(3), 4],
      ['33 keys', keys(33), 2],
      ['a key twice', [...keys(3), bytes32('key 1')], 2],
      ['a key of zeros', [...keys(3), ZERO_32], 2],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const error = ['TrustListInvalidCheckpointSet', BigInt(given.length), BigInt(threshold)] as const;
        await refused(set(given, threshold), world.trustList, ...error);
      });
    }
  });

  it('records the predecessor, once', async () => {
    const args = [7n, bytes32('genesis'), bytes32('final checkpoint')] as const;
    const record = () => send('governor', world.trustList, 'recordPredecessor', ...args);
    await says(record(), world.trustList, 'Predecessor', ...args);
    await refused(record(), world.trustList, 'TrustListPredecessorRecorded');
  });

  describe('recording a replaced contract', () => {
    const previous = '0x'.padEnd(42, '1');
    const next = '0x'.padEnd(42, '2');
    const record = (name: string, from: string, to: string, block: number) =>
      send('governor', world.trustList, 'recordReplacement', name, from, to, block);

    it('says which, and from which block on', async () => {
      const said = record('BatchAnchor', previous, next, 1_000_000);
      await says(said, world.trustList, 'ContractReplaced', 'BatchAnchor', previous, next, 1_000_000n);
    });

    it('takes the present block but no earlier one', async () => {
      const latest = await world.signer('governor').provider?.getBlockNumber();
      const block = (latest ?? 0) + 1;
      await refused(
        record('X', previous, next, block - 1),
        world.trustList,
        'TrustListTooEarly',
        block - 1,
        block,
      );
      await record('X', previous, next, block + 1);
    });

    it('refuses an empty name and nobody', async () => {
      await refused(record('', previous, next, 1_000_000), world.trustList, 'TrustListInvalidName', '');
      await refused(record('X', ZERO_ADDRESS, next, 1_000_000), world.trustList, 'TrustListZeroAddress');
      await refused(record('X', previous, ZERO_ADDRESS, 1_000_000), world.trustList, 'TrustListZeroAddress');
    });
  });

  describe('the AccessManager', () => {
    it('makes a role with a delay wait, and runs what was scheduled once', async () => {
      await send('governor', world.accessManager, 'grantRole', GOVERNOR_ROLE, address('outsider'), DELAY);
      const target = await world.trustList.getAddress();
      const data = world.trustList.interface.encodeFunctionData('recordPredecessor', [1, ZERO_32, ZERO_32]);
      const record = () => send('outsider', world.trustList, 'recordPredecessor', 1, ZERO_32, ZERO_32);
      const operation = await world.accessManager.getFunction('hashOperation')(
        address('outsider'),
        target,
        data,
      );

      await refused(record(), world.accessManager, 'AccessManagerNotScheduled', operation);
      await send('outsider', world.accessManager, 'schedule', target, data, 0);
      await at(START + DELAY - 1n);
      await refused(record(), world.accessManager, 'AccessManagerNotReady', operation);
      await at(START + DELAY);
      await expect(record()).to.emit(world.trustList, 'Predecessor').withArgs(1n, ZERO_32, ZERO_32);
      await refused(record(), world.accessManager, 'AccessManagerNotScheduled', operation);
    });

    it('never loses its last administrator, by renouncing or by revoking', async () => {
      const [admin, governor] = [0n, address('governor')];
      for (const name of ['renounceRole', 'revokeRole'] as const) {
        const leave = send('governor', world.accessManager, name, admin, governor);
        await refused(leave, world.accessManager, 'ConsortiumAccessLastAdmin', governor);
      }
      await send('governor', world.accessManager, 'grantRole', admin, address('outsider'), 0);
      await send('governor', world.accessManager, 'grantRole', admin, address('outsider'), 0); // counts once
      await send('governor', world.accessManager, 'renounceRole', admin, governor);
      const last = send('outsider', world.accessManager, 'renounceRole', admin, address('outsider'));
      await refused(last, world.accessManager, 'ConsortiumAccessLastAdmin', address('outsider'));
    });

    it('counts the members of other roles for nothing', async () => {
      await send('governor', world.accessManager, 'revokeRole', GOVERNOR_ROLE, address('governor'));
      const gone = send('governor', world.accessManager, 'renounceRole', 0n, address('governor'));
      await refused(gone, world.accessManager, 'ConsortiumAccessLastAdmin', address('governor'));
      await saysNothing(send('governor', world.accessManager, 'revokeRole', 0n, address('outsider')));
    });

    it('gives no role to nobody', async () => {
      for (const role of [0n, GOVERNOR_ROLE]) {
        const grant = send('governor', world.accessManager, 'grantRole', role, ZERO_ADDRESS, 0);
        await refused(grant, world.accessManager, 'ConsortiumAccessNobody');
      }
    });

    it('can be replaced only through itself', async () => {
      const target = await world.trustList.getAddress();
      const next = await world.deploy('ConsortiumAccess', address('governor'));
      const direct = send('governor', world.trustList, 'setAuthority', await next.getAddress());
      await refused(direct, world.trustList, 'AccessManagedUnauthorized', address('governor'));
      await send('governor', world.accessManager, 'updateAuthority', target, await next.getAddress());
      expect(await world.trustList.getFunction('authority')()).to.equal(await next.getAddress());
    });
  });
});
