/**
 * A batch: the leaves of credentials in shuffled order, filled up with padding to a power of two from 64 to
 * 4,096, and their tree. Shuffled, because a neighbour in the tree would otherwise link two credentials;
 * padded, because the ledger shows the size.
 */
import type { Crypto } from '../crypto.ts';
import { ProofError } from './errors.ts';
import { paddingLeafHash } from './hmac.ts';
import { buildTree, HASH_BYTES, type MerkleTree } from './merkle.ts';

export const MIN_LOG2_SIZE = 6;
export const MAX_LOG2_SIZE = 12;
export const MAX_BATCH_LEAVES: number = 2 ** MAX_LOG2_SIZE;

export interface Batch {
  readonly log2Size: number;
  readonly tree: MerkleTree;
  /** All leaf hashes in tree order, flat: what the issuer publishes. */
  readonly leafHashes: Uint8Array;
  /** `positions[i]` is the index in the tree of the i-th leaf given. */
  readonly positions: readonly number[];
}

export interface BatchInput {
  /** One hash of 32 bytes a credential, 1 to 4,096. */
  readonly leafHashes: readonly Uint8Array[];
  /** 32 secret bytes of this batch, kept for auditors. */
  readonly seed: Uint8Array;
  /** A uniform integer from 0 to `bound` - 1, from the operating system's randomness. */
  readonly randomBelow: (bound: number) => number;
}

/** log2 of the tree that holds `count` leaves. Throws `BATCH_SIZE_INVALID`. */
export function log2SizeFor(count: number): number {
  if (!Number.isInteger(count) || count < 1 || count > MAX_BATCH_LEAVES) {
    throw new ProofError('BATCH_SIZE_INVALID', `a batch holds 1 to ${MAX_BATCH_LEAVES} leaves, not ${count}`);
  }
  return Math.max(MIN_LOG2_SIZE, Math.ceil(Math.log2(count)));
}

/** Throws `BATCH_SIZE_INVALID`. */
export function assembleBatch(crypto: Crypto, { leafHashes, seed, randomBelow }: BatchInput): Batch {
  const log2Size = log2SizeFor(leafHashes.length);
  const size = 2 ** log2Size;
  const order = shuffled(size, randomBelow);
  const flat = new Uint8Array(size * HASH_BYTES);
  // `order` holds each place once: the first ones go to credentials, the rest to padding.
  order.forEach((place, i) => flat.set(leafHashes[i] ?? paddingLeafHash(crypto, seed, place), place * HASH_BYTES));
  return { log2Size, tree: buildTree(crypto, flat), leafHashes: flat, positions: order.slice(0, leafHashes.length) };
}

/** 0 … count - 1 in uniformly random order (Fisher and Yates). */
function shuffled(count: number, randomBelow: (bound: number) => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = randomBelow(i + 1);
    // Both indices lie below `count`.
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
