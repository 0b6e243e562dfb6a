import { expect } from 'chai';
import { id } from 'ethers';
import { beforeEach, describe, it } from 'mocha';
import {
  AA,
  bytes32,
  DELAY,
  FOREVER,
  GOVERNOR_ROLE,
  IDS,
  NAMES,
  newConsortium,
  refused,
  says,
  saysNothing,
  START,
  ZERO_32,
  ZERO_ADDRESS,
} from './support/consortium.ts';

const world = await newConsortium();
const { trustList, accessManager, address, at, send } = world;

describe('TrustList: what the consortium decides', () => {
  beforeEach(world.reset);

  describe('admitting an authority', () => {
    const admit = (name: string, jurisdiction = AA, admin = address('outsider'), key = bytes32('key')) =>
      send('governor', trustList, 'admitAuthority', name, jurisdiction, admin, key);

    it('says who it is', async () => {
      const expected = [id('CC-1'), 'CC-1', AA, address('outsider'), bytes32('key')];
      await says(admit('CC-1'), trustList, 'AuthorityAdmitted', ...expected);
      const record = await trustList.getFunction('authorityOf')(id('CC-1'));
      expect(record.toObject()).to.deep.equal({ admin: address('outsider'), suspendedUntil: 0n });
    });

    it('refuses the same name twice', async () => {
      await refused(admit(NAMES.authority), trustList, 'TrustListAuthorityExists', IDS.authority);
    });

    for (const name of ['', 'two words', 'line\nfeed', 'tab\t', 'é', '衞生署', 'x'.repeat(129)]) {
      it(`refuses the name ${JSON.stringify(name).slice(0, 20)}`, async () => {
        await refused(admit(name), trustList, 'TrustListInvalidName', name);
      });
    }

    it('takes a name of 128 characters, from ! to ~', async () => {
      await admit(`!${'x'.repeat(126)}~`);
    });

    for (const jurisdiction of ['0x0000', '0x4161', '0x6141', '0x405a', '0x5a5b', '0x4100']) {
      it(`refuses the jurisdiction ${jurisdiction}`, async () => {
        await refused(admit('CC-1', jurisdiction), trustList, 'TrustListInvalidJurisdiction', jurisdiction);
      });
    }

    it('takes the jurisdictions AZ and ZA', async () => {
      await admit('CC-1', '0x415a');
      await admit('CC-2', '0x5a41');
    });

    it('refuses nobody as its admin and nothing as its checkpoint key', async () => {
      await refused(admit('CC-1', AA, ZERO_ADDRESS), trustList, 'TrustListZeroAddress');
      const keyless = admit('CC-1', AA, address('outsider'), ZERO_32);
      await refused(keyless, trustList, 'TrustListInvalidPublicKey', 32n);
    });
  });

  describe('changing the admin of an authority', () => {
    const change = (authority: string, admin: string) =>
      send('governor', trustList, 'setAuthorityAdmin', authority, admin);

    it('hands over at once, also while the authority is suspended', async () => {
      await send('guardian', trustList, 'suspendAuthority', IDS.authority);
      const changed = change(IDS.authority, address('outsider'));
      await says(changed, trustList, 'AuthorityAdminChanged', IDS.authority, address('outsider'));
      const { admin } = await trustList.getFunction('authorityOf')(IDS.authority);
      expect(admin).to.equal(address('outsider'));
    });

    it('says nothing when nothing changes', async () => {
      await saysNothing(change(IDS.authority, address('authorityAdmin')));
    });

    it('refuses an unknown authority, and nobody', async () => {
      const unknown = change(bytes32('unknown'), address('outsider'));
      await refused(unknown, trustList, 'TrustListUnknownAuthority', bytes32('unknown'));
      await refused(change(IDS.authority, ZERO_ADDRESS), trustList, 'TrustListZeroAddress');
    });
  });

  describe('suspending and reinstating an authority', () => {
    const suspend = (authority: string = IDS.authority) =>
      send('guardian', trustList, 'suspendAuthority', authority);
    const reinstate = (from: bigint, authority: string = IDS.authority) =>
      send('governor', trustList, 'reinstateAuthority', authority, from);
    const suspendedUntil = async (): Promise<bigint> => {
      const record = await trustList.getFunction('authorityOf')(IDS.authority);
      return record.suspendedUntil;
    };

    it('suspends at once and says so once', async () => {
      await says(suspend(), trustList, 'AuthoritySuspended', IDS.authority);
      expect(await suspendedUntil()).to.equal(FOREVER);
      expect(await trustList.getFunction('isIssuerActive')(IDS.issuer)).to.equal(false);
      await saysNothing(suspend());
    });

    it('stops its admin and its issuers, but not another authority', async () => {
      await suspend();
      const error = 'TrustListAuthoritySuspended';
      const widen = [IDS.issuer, 3, 0, START + 9999n * DELAY];
      await refused(send('authorityAdmin', trustList, 'widenIssuer', ...widen), trustList, error, IDS.authority);
      const suspendIssuer = send('authorityAdmin', trustList, 'suspendIssuer', IDS.issuer);
      await refused(suspendIssuer, trustList, error, IDS.authority);
      const anchor = send('account', world.batchAnchor, 'anchor', bytes32('root'), 6, 0, 1);
      await refused(anchor, trustList, error, IDS.authority);
      const add = send('issuerAdmin', trustList, 'addAccount', IDS.issuer, address('outsider'), 0, START * 2n);
      await refused(add, trustList, error, IDS.authority);
      await send('otherAccount', world.batchAnchor, 'anchor', bytes32('root'), 6, 0, 1);
    });

    it('leaves the issuer itself free to narrow', async () => {
      await suspend();
      await send('issuerAdmin', trustList, 'setAccountCompromisedFrom', IDS.issuer, address('account'), START);
    });

    it('reinstates no sooner than the delay, to the second', async () => {
      await suspend();
      const early = START + DELAY - 1n;
      await refused(reinstate(early), trustList, 'TrustListTooEarly', early, START + DELAY);
      await says(reinstate(0n), trustList, 'AuthorityReinstated', IDS.authority, START + DELAY);
      await at(START + DELAY - 1n);
      expect(await trustList.getFunction('isIssuerActive')(IDS.issuer)).to.equal(false);
      await at(START + DELAY);
      expect(await trustList.getFunction('isIssuerActive')(IDS.issuer)).to.equal(true);
    });

    it('moves a reinstatement, and says nothing about the same one again', async () => {
      await suspend();
      const from = START + 2n * DELAY;
      await says(reinstate(from), trustList, 'AuthorityReinstated', IDS.authority, from);
      await saysNothing(reinstate(from));
      await says(reinstate(from + 1n), trustList, 'AuthorityReinstated', IDS.authority, from + 1n);
    });

    it('ends a reinstatement that has yet to take effect', async () => {
      await suspend();
      await reinstate(0n);
      await says(suspend(), trustList, 'AuthoritySuspended', IDS.authority);
      expect(await suspendedUntil()).to.equal(FOREVER);
    });

    it('refuses to reinstate what is not suspended, or no longer', async () => {
      await refused(reinstate(0n), trustList, 'TrustListAuthorityNotSuspended', IDS.authority);
      await suspend();
      await reinstate(0n);
      await at(START + DELAY);
      await refused(reinstate(0n), trustList, 'TrustListAuthorityNotSuspended', IDS.authority);
    });

    it('refuses an unknown authority', async () => {
      const unknown = bytes32('unknown');
      await refused(suspend(unknown), trustList, 'TrustListUnknownAuthority', unknown);
      await refused(reinstate(0n, unknown), trustList, 'TrustListUnknownAuthority', unknown);
    });
  });

  describe('setting the checkpoint keys', () => {
    const keys = (count: number): string[] => Array.from({ length: count }, (_, i) => bytes32(`key ${i}`));
    const set = (set: readonly string[], threshold: number) =>
      send('governor', trustList, 'setCheckpointSet', set, threshold);

    it('says each set with the next version', async () => {
      expect(await trustList.getFunction('checkpointSetVersion')()).to.equal(0n);
      await says(set(keys(3), 2), trustList, 'CheckpointSetChanged', 1n, 2n, keys(3));
      await says(set(keys(1), 1), trustList, 'CheckpointSetChanged', 2n, 1n, keys(1));
      await says(set(keys(32), 32), trustList, 'CheckpointSetChanged', 3n, 32n, keys(32));
      expect(await trustList.getFunction('checkpointSetVersion')()).to.equal(3n);
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
        await refused(set(given, threshold), trustList, ...error);
      });
    }
  });

  it('records the predecessor, once', async () => {
    const args = [7n, bytes32('genesis'), bytes32('final checkpoint')] as const;
    const record = () => send('governor', trustList, 'recordPredecessor', ...args);
    await says(record(), trustList, 'Predecessor', ...args);
    await refused(record(), trustList, 'TrustListPredecessorRecorded');
  });

  describe('recording a replaced contract', () => {
    const [previous, next] = [address('approver'), address('outsider')];
    const record = (name: string, from: string, to: string, block: number) =>
      send('governor', trustList, 'recordReplacement', name, from, to, block);

    it('says which, and from which block on', async () => {
      const said = record('BatchAnchor', previous, next, 1_000_000);
      await says(said, trustList, 'ContractReplaced', 'BatchAnchor', previous, next, 1_000_000n);
    });

    it('takes the present block but no earlier one', async () => {
      const latest = await world.signer('governor').provider?.getBlockNumber();
      const block = (latest ?? 0) + 1;
      await refused(record('X', previous, next, block - 1), trustList, 'TrustListTooEarly', block - 1, block);
      await record('X', previous, next, block + 1);
    });

    it('refuses an empty name and nobody', async () => {
      await refused(record('', previous, next, 1_000_000), trustList, 'TrustListInvalidName', '');
      await refused(record('X', ZERO_ADDRESS, next, 1_000_000), trustList, 'TrustListZeroAddress');
      await refused(record('X', previous, ZERO_ADDRESS, 1_000_000), trustList, 'TrustListZeroAddress');
    });
  });

  describe('the AccessManager', () => {
    it('makes a role with a delay wait, and runs what was scheduled once', async () => {
      await send('governor', accessManager, 'grantRole', GOVERNOR_ROLE, address('outsider'), DELAY);
      const target = await trustList.getAddress();
      const data = trustList.interface.encodeFunctionData('recordPredecessor', [1, ZERO_32, ZERO_32]);
      const record = () => send('outsider', trustList, 'recordPredecessor', 1, ZERO_32, ZERO_32);
      const operation = await accessManager.getFunction('hashOperation')(address('outsider'), target, data);

      await refused(record(), accessManager, 'AccessManagerNotScheduled', operation);
      await send('outsider', accessManager, 'schedule', target, data, 0);
      await at(START + DELAY - 1n);
      await refused(record(), accessManager, 'AccessManagerNotReady', operation);
      await at(START + DELAY);
      await expect(record()).to.emit(trustList, 'Predecessor').withArgs(1n, ZERO_32, ZERO_32);
      await refused(record(), accessManager, 'AccessManagerNotScheduled', operation);
    });

    it('can be replaced only through itself', async () => {
      const target = await trustList.getAddress();
      const next = await world.deploy('AccessManager', address('governor'));
      const direct = send('governor', trustList, 'setAuthority', await next.getAddress());
      await refused(direct, trustList, 'AccessManagedUnauthorized', address('governor'));
      await send('governor', accessManager, 'updateAuthority', target, await next.getAddress());
      expect(await trustList.getFunction('authority')()).to.equal(await next.getAddress());
    });
  });
});
