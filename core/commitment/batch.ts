/**
 * A batch: a tree of 2^k leaves, k from 6 to 12, as it is anchored. Leaves are shuffled, since neighbours in
 * order of arrival would link two credentials, and what is left is filled with padding that looks like leaves.
 * Pure: seed and random numbers come from the caller.
 */
import type { Crypto } from '../crypto.ts';
import { CommitmentError } from './errors.ts';
import { paddingLeafHash, SEED_BYTES } from './hmac.ts';
import { buildTree, type MerkleTree } from './merkle.ts';
import { HASH_BYTES } from './node-hash.ts';

export const MIN_LOG2_SIZE = 6;
export const MAX_LOG2_SIZE = 12;
export const MAX_BATCH_LEAVES: number = 2 ** MAX_LOG2_SIZE;

export interface BatchInput {
  /** n · 32 bytes, 1 <= n <= 4,096, in order of arrival. */
  readonly leafHashes: Uint8Array;
  /** 32 random bytes, kept: auditors tell padding from leaves with it. */
  readonly seed: Uint8Array;
  /** Random 32-bit numbers, at least 2^log2Size of them; 4,096 always do. */
  readonly randomNumbers: Uint32Array;
}

export interface Batch {
  readonly log2Size: number;
  readonly tree: MerkleTree;
  /** All 2^log2Size leaf hashes in tree order, padding included: what auditors re-derive the root from. */
  readonly leafHashes: Uint8Array;
  /** Place in the tree of each leaf of the input. */
  readonly positions: Uint16Array;
}

/** The smallest k with room for `count` leaves; throws `BATCH_EMPTY` or `BATCH_TOO_LARGE`. */
export function log2SizeFor(count: number): number {
  if (count < 1) throw new CommitmentError('BATCH_EMPTY', 'a batch has at least one leaf');
  if (count > MAX_BATCH_LEAVES) {
    throw new CommitmentError('BATCH_TOO_LARGE', `a batch has at most ${MAX_BATCH_LEAVES} leaves`);
  }
  return Math.max(MIN_LOG2_SIZE, Math.ceil(Math.log2(count)));
}

/** Shuffles, pads and builds; the same input gives the same batch. Throws `BATCH_…` codes. */
export function assembleBatch(crypto: Crypto, { leafHashes, seed, randomNumbers }: BatchInput): Batch {
  const count = leafHashes.length / HASH_BYTES;
  const log2Size = log2SizeFor(count);
  const size = 2 ** log2Size;
  if (!Number.isInteger(count) || seed.length !== SEED_BYTES || randomNumbers.length < size) {
    throw new CommitmentError('BATCH_INPUT_INVALID', 'broken leaf hashes, seed or too few random numbers');
  }
  const order = shuffledPlaces(size, randomNumbers);
  const placed = new Uint8Array(size * HASH_BYTES);
  order.forEach((place, i) => {
    const hash =
      i < count
        ? leafHashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)
        : paddingLeafHash(crypto, seed, place);
    placed.set(hash, place * HASH_BYTES);
  });
  return { log2Size, tree: buildTree(crypto, placed), leafHashes: placed, positions: order.slice(0, count) };
}

/** Fisher-Yates; the remainder of a 32-bit number favours a place by less than one in a million. */
function shuffledPlaces(size: number, randomNumbers: Uint32Array): Uint16Array {
  const places = Uint16Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    // i < size <= randomNumbers.length, and j <= i.
    const j = randomNumbers[i]! % (i + 1);
    const swapped = places[i]!;
    places[i] = places[j]!;
    places[j] = swapped;
  }
  return places;
}
