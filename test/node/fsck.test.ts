/** `fsck`: whatever is changed in a stored chain is found at its block, by its name. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { hexToBytes } from '@ethereumjs/util';
import { Level } from 'level';
import { decodeBlock, encodeBlock, type SealedBlock } from '../../node/block.ts';
import { createChainRules, type ChainRules } from '../../node/chain-rules.ts';
import { verifyDataFolder } from '../../node/fsck.ts';
import { adviceFor, type HistoryFault } from '../../node/fsck-advice.ts';
import { sealHeader, type HeaderFields } from '../../node/header.ts';
import { orderedRoot } from '../../node/merkle-roots.ts';
import { blockKey, changeRow } from './support/chain-files.ts';
import { expectCode } from './support/expect-code.ts';
import { account, CHAIN_ID, closedNode, FREE, SEALER_KEY, type TestNode } from './support/test-node.ts';

type Hex = `0x${string}`;

const LAST = 6;
const KEY = hexToBytes(SEALER_KEY as Hex);

/** Changes a row by one bit, at a byte counted from its end. */
function flip(table: string, number: number, fromEnd = 1): (folder: string) => Promise<unknown> {
  return (folder) =>
    changeRow(folder, { table, key: blockKey(number) }, (stored) =>
      stored?.with(stored.length - fromEnd, (stored.at(-fromEnd) ?? 0) ^ 1),
    );
}

describe('fsck of a node’s folder', () => {
  let test: TestNode;
  let scratch: string;
  let rules: ChainRules;

  before(async () => {
    test = await closedNode();
    scratch = await mkdtemp(join(tmpdir(), 'hcl-fsck-'));
    rules = await createChainRules(CHAIN_ID, KEY);
  });
  after(async () => {
    await test[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  });

  async function copy(): Promise<string> {
    const folder = await mkdtemp(join(scratch, 'copy-'));
    await cp(test.options.dataFolder, folder, { recursive: true });
    return folder;
  }

  async function faultAfter(
    change: (folder: string) => Promise<unknown>,
  ): Promise<[number, HistoryFault] | undefined> {
    const folder = await copy();
    await change(folder);
    const { fault, goodBlocks } = await verifyDataFolder(folder);
    if (fault === undefined) return undefined;
    expect(goodBlocks).to.equal(fault.blockNumber);
    expect(adviceFor(fault.what)).to.match(/^[A-Z].*\.$/);
    return [Number(fault.blockNumber), fault.what];
  }

  /** Puts another block, sealed with the sealer's own key, in the place of the last one. */
  function replaceLast(
    fields: Partial<HeaderFields>,
    transactions?: readonly Uint8Array[],
  ): (folder: string) => Promise<unknown> {
    return async (folder) => {
      let replaced: SealedBlock | undefined;
      await changeRow(folder, { table: 'block', key: blockKey(LAST) }, (stored) => {
        const block = decodeBlock(stored ?? new Uint8Array(0), rules.crypto);
        const header = sealHeader({ ...block.header, ...fields }, KEY, rules);
        replaced = { header, transactions: transactions ?? block.transactions };
        return encodeBlock(replaced);
      });
      await changeRow(folder, { table: 'hash', key: replaced?.header.hash ?? '' }, () => blockKey(LAST));
    };
  }

  it('passes a good folder, tells its chain, and counts', async () => {
    const seen: [bigint, bigint][] = [];
    const report = await verifyDataFolder(await copy(), {
      onProgress: (checked, total) => seen.push([checked, total]),
    });
    expect(report).to.deep.include({ chainId: BigInt(CHAIN_ID), head: 6n, goodBlocks: 7n, transactions: 5 });
    expect(report.fault).to.equal(undefined);
    expect(seen.at(-1)).to.deep.equal([7n, 7n]);
    const { genesisHash = '' } = report;
    expect((await verifyDataFolder(await copy(), { genesisHash })).fault).to.equal(undefined);
  });

  it('holds the genesis block against the hash that it is told', async () => {
    const report = await verifyDataFolder(await copy(), { genesisHash: `0x${'12'.repeat(32)}` });
    expect(report.fault).to.deep.equal({ blockNumber: 0n, what: 'another genesis' });
  });

  it('says that a folder holds no chain, and makes none there', async () => {
    const folder = await mkdtemp(join(scratch, 'empty-'));
    await expectCode(verifyDataFolder(folder), 'NODE_STORE_EMPTY');
    await expectCode(verifyDataFolder(folder), 'NODE_STORE_EMPTY');
  });

  const changes: readonly [string, number, HistoryFault, (folder: string) => Promise<unknown>][] = [
    [
      'a block removed',
      3,
      'missing',
      (folder) => changeRow(folder, { table: 'block', key: blockKey(3) }, () => undefined),
    ],
    [
      'a block that is no block',
      3,
      'unreadable',
      (folder) => changeRow(folder, { table: 'block', key: blockKey(3) }, () => Uint8Array.of(0xc1)),
    ],
    ['a transaction changed', 3, 'transactions root', flip('block', 3)],
    [
      'receipts removed',
      2,
      'stored receipts',
      (folder) => changeRow(folder, { table: 'rcpt', key: blockKey(2) }, () => undefined),
    ],
    ['a receipt changed', 2, 'stored receipts', flip('rcpt', 2)],
    ['a log filter changed', 2, 'log index', flip('bloom', 2)],
    [
      'a log filter removed',
      2,
      'log index',
      (folder) => changeRow(folder, { table: 'bloom', key: blockKey(2) }, () => undefined),
    ],
    [
      'a log filter too many',
      LAST,
      'log index',
      (folder) => changeRow(folder, { table: 'bloom', key: blockKey(LAST) }, () => new Uint8Array(256)),
    ],
    [
      'a head set back',
      5,
      'beyond the head',
      (folder) => changeRow(folder, { table: 'meta', key: 'head' }, () => blockKey(4)),
    ],
    ['a hash that leads nowhere', 1, 'block index', (folder) => eraseAll(folder, 'hash')],
    ['transactions that cannot be found', 1, 'transaction index', (folder) => eraseAll(folder, 'tx')],
    [
      'contract code removed',
      1,
      'stored state',
      (folder) => eraseAll(folder, 'node', (key) => key.startsWith('63')),
    ],
    ['the newest state removed', 0, 'stored state', eraseState],
  ];
  for (const [what, block, fault, change] of changes) {
    it(`finds ${what}`, async () => {
      const found = await faultAfter(change);
      expect(found?.[1]).to.equal(fault);
      if (block > 0) expect(found?.[0]).to.equal(block);
    });
  }

  /** What only the holder of the sealer's key can make. */
  const forgeries: readonly [string, HistoryFault, () => Promise<(folder: string) => Promise<unknown>>][] = [
    ['another state root', 'state root', async () => replaceLast({ stateRoot: new Uint8Array(32).fill(7) })],
    [
      'another receipts root',
      'receipts root',
      async () => replaceLast({ receiptsRoot: new Uint8Array(32).fill(7) }),
    ],
    ['other gas', 'gas used', async () => replaceLast({ gasUsed: 5n })],
    ['another log filter', 'logs bloom', async () => replaceLast({ logsBloom: new Uint8Array(256).fill(1) })],
    ['another gas limit', 'form', async () => replaceLast({ gasLimit: 1n })],
    ['an earlier time', 'time', async () => replaceLast({ timestamp: 1n })],
    ['another parent', 'parent', async () => replaceLast({ parentHash: new Uint8Array(32).fill(7) })],
    ['a transaction of another chain', 'transaction', () => withTransaction({ chainId: CHAIN_ID + 1 })],
    ['a transaction without replay protection', 'transaction', async () => withRaw(await unprotected())],
    [
      'an oversized transaction',
      'transaction',
      () => withTransaction({ data: `0x${'00'.repeat(131_072)}`, gasLimit: 3_000_000 }),
    ],
    ['a transaction with a wrong nonce', 'execution', () => withTransaction({ nonce: 99 })],
  ];
  for (const [what, fault, forgery] of forgeries) {
    it(`finds a well-sealed block with ${what}`, async () => {
      expect(await faultAfter(await forgery())).to.deep.equal([LAST, fault]);
    });
  }

  it('finds a block that somebody else sealed', async () => {
    const found = await faultAfter(async (folder) => {
      await changeRow(folder, { table: 'block', key: blockKey(LAST) }, (stored) => {
        const { header, transactions } = decodeBlock(stored ?? new Uint8Array(0), rules.crypto);
        return encodeBlock({ header: sealHeader(header, new Uint8Array(32).fill(9), rules), transactions });
      });
    });
    expect(found).to.deep.equal([LAST, 'seal']);
  });

  async function withTransaction(fields: object): Promise<(folder: string) => Promise<unknown>> {
    const raw = await account(3).signTransaction({
      ...FREE,
      to: account(1).address,
      nonce: 0,
      gasLimit: 21_000,
      ...fields,
    });
    return withRaw(hexToBytes(raw as Hex));
  }

  async function withRaw(raw: Uint8Array): Promise<(folder: string) => Promise<unknown>> {
    return replaceLast({ transactionsRoot: await orderedRoot([raw], rules) }, [raw]);
  }
});

async function unprotected(): Promise<Uint8Array> {
  const { Transaction } = await import('ethers');
  const transaction = Transaction.from({
    type: 0,
    nonce: 0,
    gasLimit: 21_000,
    gasPrice: 0,
    to: account(1).address,
  });
  transaction.signature = account(3).signingKey.sign(transaction.unsignedHash);
  return hexToBytes(transaction.serialized as Hex);
}

/** Removes the rows of a table that `isMeant` picks. */
async function eraseAll(
  folder: string,
  table: string,
  isMeant: (key: string) => boolean = () => true,
): Promise<void> {
  await using database = new Level<string, Uint8Array>(join(folder, 'chain'));
  const rows = database.sublevel<string, Uint8Array>(table, { keyEncoding: 'hex', valueEncoding: 'view' });
  for await (const key of rows.keys()) if (isMeant(key)) await rows.del(key);
}

/** Removes the trie node that every account hangs from in the last state. */
async function eraseState(folder: string): Promise<void> {
  const { stateRoot = '' } = await verifyDataFolder(folder);
  await eraseAll(folder, 'node', (key) => key === stateRoot.slice(2));
}
