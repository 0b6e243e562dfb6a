import { expect } from 'chai';
import { getBytes, id } from 'ethers';
import { after, before, describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { batchAnchorAbi } from '../../ledger/abi.ts';
import type { BatchAnchored } from '../../ledger/batch-anchor.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { newestEvents } from '../../ledger/issuer-events.ts';
import { StatusAnchorClient } from '../../ledger/status-anchor.ts';
import {
  addressOf,
  addAccount,
  admitIssuer,
  deployTo,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  rootOf,
  startTestNode,
  type Role,
  type TestNode,
} from './support/test-ledger.ts';

const OTHER_ISSUER = toHex(rootOf(0));

describe('issuer events', () => {
  let node: TestNode;
  let deployment: Deployment;

  before(async () => {
    node = await startTestNode();
    deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    using issuer = handOf('issuer', node.url, deployment);
    await addAccount(issuer, 'stranger', deployment);
  });

  after(async () => {
    await node[Symbol.asyncDispose]();
  });

  it('say which account anchored each root after a sequence, in order', async () => {
    const roles: readonly Role[] = ['account', 'stranger', 'account'];
    for (const [i, role] of roles.entries()) {
      using hand = handOf(role, node.url, deployment);
      await hand.batches.anchor({ root: rootOf(i), log2Size: 6, class: 'long', expectedSequence: i + 1 });
    }
    using hand = handOf('account', node.url, deployment);
    const entriesAfter = async (sequence: number) =>
      (await hand.batches.anchoredAfter(ISSUER, sequence)).map((entry) => [
        entry.sequence,
        entry.root,
        entry.account,
      ]);
    const all = roles.map((role, i) => [i + 1, toHex(rootOf(i)), addressOf(role)]);
    for (let sequence = 0; sequence <= 3; sequence++) {
      expect(await entriesAfter(sequence)).to.deep.equal(all.slice(sequence));
    }
    expect(await hand.batches.anchoredAfter(OTHER_ISSUER, 0)).to.deep.equal([]);
    expect((await hand.batches.find(ISSUER, rootOf(1)))?.account).to.equal(addressOf('stranger'));
  });

  it('say which account published each version after one, in order', async () => {
    const roles: readonly Role[] = ['account', 'stranger'];
    for (const [i, role] of roles.entries()) {
      using hand = handOf(role, node.url, deployment);
      const statuses = new StatusAnchorClient({ ...hand, deployment, issuer: ISSUER });
      const version = { version: i + 1, listsRoot: rootOf(i), actsDigest: getBytes(id('acts')) };
      await statuses.publish({ ...version, nextUpdate: GENESIS_SECONDS + 86_400 });
    }
    using hand = handOf('account', node.url, deployment);
    const statuses = new StatusAnchorClient({ ...hand, deployment, issuer: ISSUER });
    const all = await statuses.publishedAfter(ISSUER, 0);
    expect(all.map(({ version, account }) => [version, account])).to.deep.equal([
      [1, addressOf('account')],
      [2, addressOf('stranger')],
    ]);
    expect(await statuses.publishedAfter(ISSUER, 1)).to.deep.equal(all.slice(1));
    expect(all[1]).to.deep.include(await statuses.current(ISSUER));
  });

  it('are read backwards, 10,000 blocks at a time, no further than needed', async () => {
    const eventAt = new Map([3, 12_000, 24_999].map((block, i) => [block, i + 1]));
    const asked: (readonly number[])[] = [];
    const rpc = {
      request: async (method: string, [filter]: readonly unknown[]): Promise<unknown> => {
        if (method === 'eth_blockNumber') return '0x61a8';
        const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string }; // as newestEvents asks
        const [from, to] = [Number(fromBlock), Number(toBlock)];
        asked.push([from, to]);
        return [...eventAt].filter(([block]) => from <= block && block <= to).map(([, n]) => logOf(n));
      },
    };
    const filter = { address: addressOf('stranger'), topics: [], fromBlock: 2 };
    const after = async (sequence: number) => {
      asked.length = 0;
      const events = await newestEvents(
        rpc,
        filter,
        (event): event is BatchAnchored => event.event === 'BatchAnchored' && event.sequence > sequence,
      );
      return { sequences: events.map((event) => event.sequence), asked: [...asked] };
    };
    const pages = [
      [15_001, 25_000],
      [5001, 15_000],
      [2, 5000],
    ];
    expect(await after(2)).to.deep.equal({ sequences: [3], asked: pages.slice(0, 2) });
    expect(await after(1)).to.deep.equal({ sequences: [2, 3], asked: pages });
    expect(await after(0)).to.deep.equal({ sequences: [1, 2, 3], asked: pages });
  });
});

function logOf(sequence: number): unknown {
  const values = [ISSUER, rootOf(sequence), 6, 0, sequence, addressOf('account')];
  return { address: addressOf('stranger'), ...batchAnchorAbi.encodeEventLog('BatchAnchored', values) };
}
