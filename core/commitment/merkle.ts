/**
 * Merkle trees as in RFC 9162 §2.1 (SHA-256, a node is SHA-256(0x01 ‖ left ‖ right)), for any number of leaves.
 *
 * RFC 9162 splits at the largest power of two below the size. Built from the leaves up that is: pair neighbours,
 * and a last one without a neighbour moves up as it is. All levels stand one after the other in one flat buffer,
 * 32 bytes a node, so a tree costs one allocation and each node one hash.
 */
import { allocate } from '../bytes/allocate.ts';
import type { Crypto } from '../crypto.ts';
import { CommitmentError } from './errors.ts';
import { HASH_BYTES, HASH_WORDS, hashPlaced, LEFT, placeWords, RIGHT, WORD_BYTES } from './node-hash.ts';

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
  /** The level that this one is made from; the leaves have none. */
  readonly below?: Level;
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
  const words = new Uint32Array(nodes.buffer);
  for (const level of levels) fillLevel(crypto, { nodes, words }, level);
  return {
    root: nodes.slice(-HASH_BYTES),
    size,
    path(index) {
      if (!Number.isInteger(index) || index < 0 || index >= size) {
        throw new CommitmentError('PROOF_INDEX_OUT_OF_RANGE', 'the tree has no such leaf');
      }
      return pathOf(words, levels, index);
    },
  };
}

/** The root over `leafHashes` (n · 32 bytes); of none it is SHA-256 of nothing (RFC 9162 §2.1.1). */
export function merkleRoot(crypto: Crypto, leafHashes: Uint8Array): Uint8Array {
  return leafHashes.length === 0 ? crypto.sha256(leafHashes) : buildTree(crypto, leafHashes).root;
}

function levelsOf(size: number): readonly Level[] {
  let level: Level = { offset: 0, count: size };
  const levels = [level];
  while (level.count > 1) {
    level = {
      offset: level.offset + level.count * HASH_BYTES,
      count: Math.ceil(level.count / 2),
      below: level,
    };
    levels.push(level);
  }
  return levels;
}

/** The same bytes twice: words are copied faster, and hashes are written as bytes. */
interface Nodes {
  readonly nodes: Uint8Array;
  readonly words: Uint32Array;
}

function fillLevel(crypto: Crypto, { nodes, words }: Nodes, { offset, below }: Level): void {
  if (below === undefined) return;
  const paired = below.count - (below.count % 2);
  let at = offset;
  let from = below.offset;
  for (let i = 0; i < paired; i += 2) {
    placeWords(words, from / WORD_BYTES, LEFT);
    placeWords(words, from / WORD_BYTES + HASH_WORDS, RIGHT);
    hashPlaced(crypto, nodes, at);
    at += HASH_BYTES;
    from += 2 * HASH_BYTES;
  }
  if (paired < below.count) nodes.copyWithin(at, from, from + HASH_BYTES);
}

/** @param words all nodes, eight words each: copied as words, a path takes a tenth of its hashes' time */
function pathOf(words: Uint32Array, levels: readonly Level[], index: number): Uint8Array {
  const bytes = allocate((levels.length - 1) * HASH_BYTES);
  // What is allocated starts at a multiple of a word.
  const path = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / WORD_BYTES);
  let length = 0;
  let place = index;
  for (const { offset, count } of levels) {
    const neighbour = place ^ 1;
    place >>>= 1;
    // A last node without a neighbour, and the root.
    if (neighbour >= count) continue;
    const from = offset / WORD_BYTES + neighbour * HASH_WORDS;
    // `neighbour` < `count`, so its words are there.
    for (let i = 0; i < HASH_WORDS; i++) path[length + i] = words[from + i]!;
    length += HASH_WORDS;
  }
  return length === path.length ? bytes : bytes.subarray(0, length * WORD_BYTES);
}
