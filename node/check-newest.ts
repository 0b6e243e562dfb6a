/**
 * What a node checks of its chain before it goes on: that the newest blocks follow each other, that the newest of
 * them are sealed, that the last one is the one it acknowledged last, and that its state is there.
 *
 * LevelDB's log holds the newest writes, at most 16 MB of them; damage there drops single batches, which are blocks
 * here, and LevelDB opens all the same. Older blocks lie in tables that do not change; `fsck` re-derives them all.
 */
import { bytesToUnprefixedHex, equalsBytes } from '@ethereumjs/util';
import { linkOf, type SealedBlock } from './block.ts';
import type { ChainStore } from './chain-store.ts';
import { corrupt } from './database.ts';
import { recoverSealer } from './header.ts';
import { NodeError } from './node-errors.ts';

/** As many blocks as a log holds: an empty one takes some 750 bytes there. */
const LINKED_AT_OPEN = 22_000n;
/** Recovering a seal costs far more than reading a block. */
const SEALED_AT_OPEN = 64n;

/** Throws `NODE_STORE_CORRUPT` with what is wrong; a new chain passes. */
export function checkNewestBlocks(store: ChainStore): void {
  try {
    requireNotedBlock(store);
    const { head } = store;
    if (head === undefined) return;
    requireLast(store, head);
    requireLinked(store, head);
  } catch (error) {
    throw error instanceof NodeError ? error : corrupt('the newest blocks cannot be read', error);
  }
}

/** A log that was cut off, or a folder put together from two: see head-note.ts. */
function requireNotedBlock(store: ChainStore): void {
  const { noted, headNumber } = store;
  if (noted === undefined) return;
  if (headNumber === undefined || noted.number > headNumber) {
    const end = headNumber === undefined ? 'is empty' : `ends at block ${headNumber}`;
    throw corrupt(
      `the database ${end}, although block ${noted.number} was acknowledged: its newest file was cut off or is gone`,
    );
  }
  const stored = store.blockByNumber(noted.number);
  if (stored === undefined || !equalsBytes(stored.header.hash, noted.hash)) {
    throw corrupt(`block ${noted.number} is not the one that was acknowledged`);
  }
}

function requireLast(store: ChainStore, { header }: SealedBlock): void {
  if (store.blockRow(header.number + 1n) !== undefined)
    throw corrupt(`there is a block after the last, ${header.number}`);
  if (!store.stateNodes.has(bytesToUnprefixedHex(header.stateRoot))) {
    throw corrupt(`the state of block ${header.number} is missing`);
  }
}

/** Links are followed over raw rows: a whole block takes ten times as long to read. */
function requireLinked(store: ChainStore, head: SealedBlock): void {
  const lowest = head.header.number - LINKED_AT_OPEN;
  let expected = head.header.hash;
  for (let number = head.header.number; number >= 0n && number > lowest; number--) {
    const row = store.blockRow(number);
    if (row === undefined) throw corrupt(`block ${number} is missing`);
    const { hash, parentHash } = linkOf(row, store.crypto);
    if (!equalsBytes(hash, expected))
      throw corrupt(`block ${number + 1n} does not follow the block before it`);
    if (head.header.number - number < SEALED_AT_OPEN) requireSealed(store, number);
    expected = parentHash;
  }
}

function requireSealed(store: ChainStore, number: bigint): void {
  const block = store.blockByNumber(number);
  if (block?.header.number !== number) throw corrupt(`block ${number} has another number`);
  if (number > 0n && recoverSealer(block.header, store.crypto) === undefined) {
    throw corrupt(`block ${number} has no readable seal`);
  }
  store.receiptsOf(number);
}
