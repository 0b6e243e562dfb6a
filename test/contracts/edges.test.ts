/**
 * Rules at the very edge, each of which one changed character would break unseen by the other tests: what the
 * mutation check (`scripts/mutate-contracts.ts`) found untested.
 */
import { expect } from 'chai';
import type { Result } from 'ethers';
import { id } from 'ethers';
import { describe, it } from 'mocha';
import {
  AA,
  bytes32,
  DELAY,
  END,
  IDS,
  refused,
  START,
  TYPES,
  useConsortium,
  ZERO_32,
} from './support/consortium.ts';

describe('at the edge', () => {
  const world = useConsortium();
  const { address, at, send } = world;
  const admit = (name: string) =>
    send('governor', world.trustList, 'admitAuthority', name, AA, address('outsider'), bytes32('key'));
  const accredit = (did: string, from: bigint, until: bigint) => {
    const args = [IDS.authority, did, TYPES, from, until, address('outsider')];
    return send('authorityAdmin', world.trustList, 'accredit', ...args);
  };
  const widen = (from: bigint, until: bigint) =>
    send('authorityAdmin', world.trustList, 'widenIssuer', IDS.issuer, 0xff, from, until);
  const narrow = (types: number, until: bigint) =>
    send('issuerAdmin', world.trustList, 'narrowIssuer', IDS.issuer, types, until);
  const issuer = async (): Promise<Result> => await world.trustList.getFunction('issuerOf')(IDS.issuer);

  it('a name neither begins nor ends with what does not print', async () => {
    for (const name of [' x', 'x ', '\u007fx', 'x\u007f']) {
      await refused(admit(name), world.trustList, 'TrustListInvalidName', name);
    }
  });

  it('a DID has one character after its prefix, or more', async () => {
    await accredit('did:x', 0n, END);
  });

  for (const [what, keys] of [
    ['the first key is zeros', [ZERO_32, bytes32('key')]],
    ['the first key is there twice', [bytes32('key'), bytes32('key')]],
    ['the first key comes last again', [bytes32('key'), bytes32('other'), bytes32('key')]],
  ] as const) {
    it(`no checkpoint set in which ${what}`, async () => {
      const set = send('governor', world.trustList, 'setCheckpointSet', keys, 1);
      const error = ['TrustListInvalidCheckpointSet', BigInt(keys.length), 1n] as const;
      await refused(set, world.trustList, ...error);
    });
  }

  it('a contract may be replaced from the very block on that records it', async () => {
    const latest = (await world.signer('governor').provider?.getBlockNumber()) ?? 0;
    const [previous, next] = ['1', '2'].map((digit) => '0x'.padEnd(42, digit));
    const record = (block: number) =>
      send('governor', world.trustList, 'recordReplacement', 'X', previous, next, block);
    await record(latest + 1);
    await refused(record(latest + 1), world.trustList, 'TrustListTooEarly', latest + 1, latest + 2);
  });

  describe('a refused window is named start first, end last', () => {
    const start = START + DELAY;
    const error = ['TrustListInvalidWindow', start, start - 1n] as const;

    it('of an issuer', async () => {
      await refused(accredit('did:web:d.example', start, start - 1n), world.trustList, ...error);
    });

    it('of an approver', async () => {
      const args = [IDS.issuer, address('outsider'), start, start - 1n];
      await refused(send('issuerAdmin', world.trustList, 'addApprover', ...args), world.trustList, ...error);
    });

    it('of a widening that would start after it ends', async () => {
      const wrong = ['TrustListInvalidWindow', END + 2n, END + 1n] as const;
      await refused(widen(END + 2n, END + 1n), world.trustList, ...wrong);
    });
  });

  it('a next update that is not ahead is named before the present time', async () => {
    const late = send('account', world.statusAnchor, 'publish', 1, bytes32('lists'), ZERO_32, START - 1n);
    await refused(late, world.statusAnchor, 'StatusAnchorNextUpdateNotAhead', START - 1n, START);
  });

  it('a widening that is due can be narrowed from where it has come to', async () => {
    await widen(0n, END + 1000n);
    await at(START + DELAY);
    await narrow(0x80, END + 500n);
    expect((await issuer()).toObject()).to.include({ types: 0x80n, until: END + 500n });
  });

  it('nothing is left of a widening that a narrowing has cancelled', async () => {
    await widen(0n, END + 1000n);
    await narrow(1, END - 1n);
    expect((await issuer()).toObject()).to.include({ nextFrom: 0n, nextUntil: 0n, nextTypes: 0n });
  });

  it('nor of one that was due and was then narrowed', async () => {
    await widen(0n, END + 1000n);
    await at(START + DELAY);
    await narrow(1, END - 1n);
    expect((await issuer()).toObject()).to.include({ nextFrom: 0n, nextUntil: 0n, nextTypes: 0n });
  });

  it('an account whose window is open waits for the window of its issuer, to the second', async () => {
    const did = 'did:web:late.example';
    const opens = START + 3n * DELAY;
    await accredit(did, opens, END);
    await send('outsider', world.trustList, 'acceptAccreditation', id(did));
    await addAccount(id(did));
    const anchor = () => send('newcomerAdmin', world.batchAnchor, 'anchor', bytes32('root'), 6, 0, 1);
    await at(opens - 1n);
    await refused(anchor(), world.trustList, 'TrustListOutsideWindow', opens, END);
    await at(opens);
    await anchor();
  });

  /** The newcomer's admin as an account of an issuer of the outsider. */
  async function addAccount(of: string): Promise<void> {
    await send('outsider', world.trustList, 'addAccount', ...(await world.accountOf('newcomerAdmin', of)));
  }
});
