/**
 * Inclusion and consistency proofs, RFC 9162 §2.1.3.2 and §2.1.4.2. A path is flat, 32 bytes a step, from the
 * leaf up. Tree sizes reach 2^64 in other people's logs, so they may be bigint.
 */
import { concatBytes } from '../bytes/concat.ts';
import { equalBytes } from '../bytes/equal.ts';
import type { Crypto } from '../crypto.ts';
import { CommitmentError } from './errors.ts';
import {
  HASH_BYTES,
  HASH_WORDS,
  hashOntoSide,
  hashPlaced,
  LEFT,
  placeNode,
  placeWords,
  RIGHT,
  WORD_BYTES,
  type Side,
} from './node-hash.ts';

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

/** A path where its words can be read; far longer than any batch has. */
const pathBytes = new Uint8Array(24 * HASH_BYTES);
const pathWords = new Uint32Array(pathBytes.buffer);

/**
 * The root of a batch from one of its leaves. A batch has 2^k leaves and each path k steps, so the length of
 * the path says the size and the bits of the index say the sides. The fast form of {@link rootFromPath}.
 */
export function batchRootFromPath(crypto: Crypto, { leafHash, index, path }: BatchPath): Uint8Array {
  const end = checkedLength(leafHash, path);
  if (end > pathBytes.length) throw wrongLength();
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** (end / HASH_BYTES)) throw outOfRange();
  if (end === 0) return leafHash.slice();
  pathBytes.set(path);
  placeNode(leafHash, 0, sideOf(index));
  let bits = index;
  const last = end / WORD_BYTES - HASH_WORDS;
  for (let at = 0; at < last; at += HASH_WORDS) {
    placeWords(pathWords, at, sideOf(~bits));
    bits >>>= 1;
    hashOntoSide(crypto, sideOf(bits));
  }
  placeWords(pathWords, last, sideOf(~bits));
  const root = new Uint8Array(HASH_BYTES);
  hashPlaced(crypto, root, 0);
  return root;
}

/** A node whose place is odd stands on the right of its parent. */
function sideOf(place: number): Side {
  return (place & 1) === 1 ? RIGHT : LEFT;
}

/** The root that a leaf and its path lead to; throws `PROOF_INDEX_OUT_OF_RANGE` or `PROOF_LENGTH_WRONG`. */
export function rootFromPath(crypto: Crypto, { leafHash, index, size, path }: InclusionPath): Uint8Array {
  const end = checkedLength(leafHash, path);
  let place: Place = { position: BigInt(index), last: BigInt(size) - 1n };
  if (place.position < 0n || place.position > place.last) throw outOfRange();
  const node = new Uint8Array(leafHash); // a copy, also of a Buffer, whose `slice` is none
  for (let at = 0; at < end; at += HASH_BYTES) {
    if (place.last === 0n) throw wrongLength();
    place = skipPromotions(place);
    climb(crypto, node, { path, at, left: isRight(place) });
    place = parent(place);
  }
  if (place.last !== 0n) throw wrongLength();
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
  const size1 = BigInt(proof.size1);
  const size2 = BigInt(proof.size2);
  if (size1 <= 0n || size1 > size2) throw outOfRange();
  if (size1 === size2) {
    if (proof.path.length !== 0) throw wrongLength();
    if (!equalBytes(proof.root1, proof.root2)) throw mismatch();
    return;
  }
  checkedLength(proof.root1, proof.path);
  // Where size1 is a power of two its root is a node of the other tree and the proof leaves it out.
  const isNode = (size1 & (size1 - 1n)) === 0n;
  const path = isNode ? concatBytes(proof.root1, proof.path) : proof.path;
  const { root1, root2 } = rootsFromPath(crypto, { size1, size2, path });
  if (!equalBytes(root1, proof.root1) || !equalBytes(root2, proof.root2)) throw mismatch();
}

interface Roots {
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
}

/** Both roots as the path gives them, from the largest whole tree at the end of the first upwards. */
function rootsFromPath(
  crypto: Crypto,
  { size1, size2, path }: { readonly size1: bigint; readonly size2: bigint; readonly path: Uint8Array },
): Roots {
  if (path.length === 0) throw wrongLength();
  let place: Place = { position: size1 - 1n, last: size2 - 1n };
  while (isRight(place)) place = parent(place);
  const root1 = new Uint8Array(path.subarray(0, HASH_BYTES));
  const root2 = new Uint8Array(path.subarray(0, HASH_BYTES));
  for (let at = HASH_BYTES; at < path.length; at += HASH_BYTES) {
    if (place.last === 0n) throw wrongLength();
    const left = isRight(place) || place.position === place.last;
    if (left) {
      climb(crypto, root1, { path, at, left });
      while (!isRight(place) && place.position !== 0n) place = parent(place);
    }
    climb(crypto, root2, { path, at, left });
    place = parent(place);
  }
  if (place.last !== 0n) throw wrongLength();
  return { root1, root2 };
}

/** A node by its number in its level, and the number of the last node there. */
interface Place {
  readonly position: bigint;
  readonly last: bigint;
}

function isRight({ position }: Place): boolean {
  return (position & 1n) === 1n;
}

function parent({ position, last }: Place): Place {
  return { position: position >> 1n, last: last >> 1n };
}

/** A last node without a neighbour moves up as it is until it is a right child; `last` is not 0. */
function skipPromotions(place: Place): Place {
  let at = place;
  while (at.position === at.last && !isRight(at)) at = parent(at);
  return at;
}

interface Step {
  readonly path: Uint8Array;
  /** Where the neighbour stands in `path`. */
  readonly at: number;
  /** Whether the neighbour is the left one. */
  readonly left: boolean;
}

/** Replaces `node` by its parent. */
function climb(crypto: Crypto, node: Uint8Array, { path, at, left }: Step): void {
  placeNode(path, at, left ? LEFT : RIGHT);
  placeNode(node, 0, left ? RIGHT : LEFT);
  hashPlaced(crypto, node, 0);
}

/** Length of `path` in bytes, once it and the hash it starts from are whole hashes. */
function checkedLength(start: Uint8Array, path: Uint8Array): number {
  if (start.length !== HASH_BYTES || path.length % HASH_BYTES !== 0) throw wrongLength();
  return path.length;
}

function outOfRange(): CommitmentError {
  return new CommitmentError('PROOF_INDEX_OUT_OF_RANGE', 'no tree has this leaf or these sizes');
}

function wrongLength(): CommitmentError {
  return new CommitmentError('PROOF_LENGTH_WRONG', 'not as many hashes as a tree of this size needs');
}

function mismatch(): CommitmentError {
  return new CommitmentError('PROOF_ROOT_MISMATCH', 'the path leads to another root');
}
