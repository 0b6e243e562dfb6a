/**
 * Inclusion and consistency proofs, RFC 9162 §2.1.3.2 and §2.1.4.2. A path is flat, 32 bytes a step, from the
 * leaf up. Tree sizes reach 2^64 in other people's logs, so they may be bigint.
 */
import { equalBytes } from '../bytes/equal.ts';
import type { Crypto } from '../crypto.ts';
import { CommitmentError } from './errors.ts';
import { HASH_BYTES, NodeHasher } from './merkle.ts';

export interface BatchPath {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly path: Uint8Array;
}

export interface InclusionPath {
  readonly leafHash: Uint8Array;
  readonly index: number | bigint;
  readonly size: number | bigint;
  readonly path: Uint8Array;
}

export interface ConsistencyProof {
  readonly size1: number | bigint;
  readonly size2: number | bigint;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly path: Uint8Array;
}

/**
 * The root of a batch from one of its leaves. A batch has 2^k leaves and each path k steps, so the length of
 * the path says the size and the bits of the index say the sides. The fast form of {@link rootFromPath}.
 */
export function batchRootFromPath(crypto: Crypto, { leafHash, index, path }: BatchPath): Uint8Array {
  const steps = stepsOf(leafHash, path);
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** steps) throw outOfRange();
  const hasher = new NodeHasher(crypto);
  const node = leafHash.slice();
  for (let step = 0, bits = index; step < steps; step++, bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) hasher.hash(path, step * HASH_BYTES, node, 0, node);
    else hasher.hash(node, 0, path, step * HASH_BYTES, node);
  }
  return node;
}

/** The root that a leaf and its path lead to; throws `PROOF_INDEX_OUT_OF_RANGE` or `PROOF_LENGTH_WRONG`. */
export function rootFromPath(crypto: Crypto, { leafHash, index, size, path }: InclusionPath): Uint8Array {
  const steps = stepsOf(leafHash, path);
  let position = BigInt(index);
  let last = BigInt(size) - 1n;
  if (position < 0n || position > last) throw outOfRange();
  const hasher = new NodeHasher(crypto);
  const node = leafHash.slice();
  for (let step = 0; step < steps; step++) {
    if (last === 0n) throw wrongLength();
    if (isRight(position) || position === last) {
      hasher.hash(path, step * HASH_BYTES, node, 0, node);
      // A last node without a neighbour moved up as it was.
      while (!isRight(position) && position !== 0n) [position, last] = [position >> 1n, last >> 1n];
    } else {
      hasher.hash(node, 0, path, step * HASH_BYTES, node);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  if (last !== 0n) throw wrongLength();
  return node;
}

/** Returns when the leaf is in the tree with this root, and throws a `CommitmentError` when not. */
export function verifyInclusion(crypto: Crypto, proof: InclusionPath & { readonly root: Uint8Array }): void {
  if (!equalBytes(rootFromPath(crypto, proof), proof.root)) throw mismatch();
}

/**
 * Returns when the tree of `size2` begins with the tree of `size1`, and throws a `CommitmentError` when not.
 * Nothing can be proved from an empty tree: `size1` 0 is out of range.
 */
export function verifyConsistency(crypto: Crypto, proof: ConsistencyProof): void {
  const [size1, size2] = [BigInt(proof.size1), BigInt(proof.size2)];
  const steps = stepsOf(proof.root1, proof.path);
  if (size1 <= 0n || size1 > size2) throw outOfRange();
  if (size1 === size2) {
    if (steps !== 0) throw wrongLength();
    if (!equalBytes(proof.root1, proof.root2)) throw mismatch();
    return;
  }
  // Where size1 is a power of two its root is a node of the other tree and the proof leaves it out.
  const path = isPowerOfTwo(size1) ? join(proof.root1, proof.path) : proof.path;
  const [first, second] = rootsFromPath(crypto, size1, size2, path);
  if (!equalBytes(first, proof.root1) || !equalBytes(second, proof.root2)) throw mismatch();
}
