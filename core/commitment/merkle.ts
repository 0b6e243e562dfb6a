/**
 * Merkle trees as in RFC 9162 §2.1 (SHA-256, a node is SHA-256(0x01 ‖ left ‖ right)), for any number of leaves.
 *
 * RFC 9162 splits at the largest power of two below the size. Built from the leaves up that is: pair neighbours,
 * and a last one without a neighbour moves up as it is. All levels stand one after the other in one flat buffer,
 * 32 bytes a node, so a tree costs one allocation and each node one hash.
 */
import type { Crypto } from '../crypto.ts';
import { CommitmentError } from './errors.ts';

export const HASH_BYTES = 32;
const NODE_PREFIX = 0x01;
const NODE_BYTES = 1 + 2 * HASH_BYTES;

export interface MerkleTree {
  readonly root: Uint8Array;
  /** Number of leaves. */
  readonly size: number;
  /** Inclusion path of leaf `index` from the leaf up, 32 bytes a step; throws `PROOF_INDEX_OUT_OF_RANGE`. */
  path(index: number): Uint8Array;
}

interface Level {
  /** Where its nodes begin in the buffer of all nodes, in bytes. */
  readonly offset: number;
  readonly count: number;
}

/** The tree over `leafHashes` (n · 32 bytes, n > 0); other lengths throw `MERKLE_INPUT_INVALID`. */
export function buildTree(crypto: Crypto, leafHashes: Uint8Array): MerkleTree {
  const size = leafHashes.length / HASH_BYTES;
  if (size === 0 || !Number.isInteger(size)) {
    throw new CommitmentError('MERKLE_INPUT_INVALID', 'a tree needs whole leaf hashes, at least one');
  }
  const levels = levelsOf(size);
  const nodes = new Uint8Array(levels.reduce((bytes, level) => bytes + level.count * HASH_BYTES, 0));
  nodes.set(leafHashes);
  const hasher = new NodeHasher(crypto);
  // Each level but the first is made from the one before it.
  levels.slice(1).forEach((level, i) => fillLevel(hasher, nodes, levels[i]!, level));
  return {
    root: nodes.slice(-HASH_BYTES),
    size,
    path(index) {
      if (!Number.isInteger(index) || index < 0 || index >= size) {
        throw new CommitmentError('PROOF_INDEX_OUT_OF_RANGE', 'the tree has no such leaf');
      }
      return pathOf(nodes, levels, index);
    },
  };
}

/** The root over `leafHashes` (n · 32 bytes); of none it is SHA-256 of nothing (RFC 9162 §2.1.1). */
export function merkleRoot(crypto: Crypto, leafHashes: Uint8Array): Uint8Array {
  return leafHashes.length === 0 ? crypto.sha256(leafHashes) : buildTree(crypto, leafHashes).root;
}

function levelsOf(size: number): readonly Level[] {
  const levels: Level[] = [{ offset: 0, count: size }];
  for (let count = size, offset = 0; count > 1; ) {
    offset += count * HASH_BYTES;
    count = Math.ceil(count / 2);
    levels.push({ offset, count });
  }
  return levels;
}

function fillLevel(hasher: NodeHasher, nodes: Uint8Array, below: Level, level: Level): void {
  const pairs = Math.floor(below.count / 2);
  for (let i = 0; i < pairs; i++) {
    const left = below.offset + 2 * i * HASH_BYTES;
    hasher.hashPairAt(nodes, left, nodes, level.offset + i * HASH_BYTES);
  }
  if (pairs === level.count) return;
  const last = below.offset + 2 * pairs * HASH_BYTES;
  nodes.copyWithin(level.offset + pairs * HASH_BYTES, last, last + HASH_BYTES);
}

function pathOf(nodes: Uint8Array, levels: readonly Level[], index: number): Uint8Array {
  const path = new Uint8Array((levels.length - 1) * HASH_BYTES);
  let length = 0;
  for (const [height, { offset, count }] of levels.slice(0, -1).entries()) {
    const neighbour = Math.floor(index / 2 ** height) ^ 1;
    if (neighbour >= count) continue;
    const from = offset + neighbour * HASH_BYTES;
    path.set(nodes.subarray(from, from + HASH_BYTES), length);
    length += HASH_BYTES;
  }
  return path.subarray(0, length);
}

/** Hashes pairs of nodes through one scratch buffer: nothing is allocated per node. */
export class NodeHasher {
  private readonly crypto: Crypto;
  private readonly scratch = new Uint8Array(NODE_BYTES);

  constructor(crypto: Crypto) {
    this.crypto = crypto;
    this.scratch[0] = NODE_PREFIX;
  }

  /** Hashes the two neighbours at `from` to `at`. */
  hashPairAt(source: Uint8Array, from: number, target: Uint8Array, at: number): void {
    const { scratch } = this;
    // Callers keep from + 64 within `source`.
    for (let i = 0; i < 2 * HASH_BYTES; i++) scratch[1 + i] = source[from + i]!;
    this.crypto.sha256Into(scratch, target, at);
  }

  /** Hashes two nodes, each 32 bytes at its offset, to `target`. */
  hash(left: Uint8Array, leftAt: number, right: Uint8Array, rightAt: number, target: Uint8Array): void {
    const { scratch } = this;
    for (let i = 0; i < HASH_BYTES; i++) {
      scratch[1 + i] = left[leftAt + i]!;
      scratch[1 + HASH_BYTES + i] = right[rightAt + i]!;
    }
    this.crypto.sha256Into(scratch, target, 0);
  }
}
