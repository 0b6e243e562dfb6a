import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Level } from 'level';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Hex, LedgerBlock } from '../../core/trust/ledger-event.ts';
import { memoryBlockStore, type BlockStore, type ReplicaHead } from '../../ledger/block-store.ts';
import { openLevelBlockStore } from '../../ledger/level-block-store.ts';
import { failure } from './support/failure.ts';

const hash: Hex = `0x${'a'.repeat(64)}`;
const headAt = (number: number): ReplicaHead => ({ number, hash, timeSeconds: 1_671_580_800 + number });
const blockAt = (number: number): LedgerBlock => ({
  ...headAt(number),
  events: [
    { event: 'Predecessor', chainId: 2n ** 200n, genesis: hash, finalCheckpoint: hash },
    { event: 'IssuerAccepted', issuer: hash },
  ],
});

describe('block store', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-blocks-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('in memory keeps blocks and head in order', () => behaves(memoryBlockStore()));

  it('on Level keeps blocks and head in order, also when opened again', async () => {
    {
      await using store = await openLevelBlockStore(folder);
      await behaves(store);
    }
    await using again = await openLevelBlockStore(folder);
    expect(await again.head()).to.deep.equal(headAt(4_000));
    expect(await numbers(again)).to.deep.equal([9, 10, 255, 256, 4_000]);
  });

  it('on Level refuses a folder of another format', async () => {
    const level = new Level(folder);
    await level.put('format', '2');
    await level.close();
    await failure(openLevelBlockStore(folder), 'LEDGER_STORE_INVALID');
  });

  async function behaves(store: BlockStore): Promise<void> {
    expect(await store.head()).to.equal(undefined);
    expect(await numbers(store)).to.deep.equal([]);
    await store.append([], headAt(5));
    expect(await store.head()).to.deep.equal(headAt(5));
    await store.append([blockAt(9), blockAt(10)], headAt(12));
    await store.append([blockAt(255), blockAt(256), blockAt(4_000)], headAt(4_000));
    expect(await numbers(store)).to.deep.equal([9, 10, 255, 256, 4_000]);
    for await (const block of store.blocks()) expect(block).to.deep.equal(blockAt(block.number));
    expect(await numbers(store, 10)).to.deep.equal([255, 256, 4_000]);
    expect(await numbers(store, 11)).to.deep.equal([255, 256, 4_000]);
    expect(await numbers(store, 4_000)).to.deep.equal([]);
    const upTo = [8, 9, 254, 255, 9_999].map(async (number) => (await store.lastUpTo(number))?.number);
    expect(await Promise.all(upTo)).to.deep.equal([undefined, 9, 10, 255, 4_000]);
    expect(await store.lastUpTo(300)).to.deep.equal(blockAt(256));
  }

  async function numbers(store: BlockStore, after?: number): Promise<readonly number[]> {
    const found: number[] = [];
    for await (const { number } of store.blocks(after)) found.push(number);
    return found;
  }
});
