/**
 * The receipts root of a block (Yellow Paper §4.3.2 and appendix D): the root of a hexary Merkle Patricia
 * trie that maps rlp(index) to each receipt. It is what makes a log provable: the header commits to it.
 *
 *   receipt   [type] ‖ rlp([status, cumulative gas used, logs bloom, [[address, [topics], data], …]])  EIP-658, EIP-2718
 *   node      leaf or extension [compact path, value] · branch [16 children, value]; 32 bytes or more are
 *             replaced by their Keccak-256
 */
import { keccak256 } from './keccak.ts';
import { encodeRlp, encodeRlpList, toRlpNumber } from './rlp.ts';

interface Entry {
  /** Nibbles of the key. */
  readonly path: Uint8Array;
  readonly value: Uint8Array;
}

const EMPTY_ITEM = Uint8Array.of(0x80);

/** Root of the trie of a list: key rlp(index), value as given. 32 bytes. */
export function orderedTrieRoot(values: readonly Uint8Array[]): Uint8Array {
  if (values.length === 0) return keccak256(EMPTY_ITEM);
  const entries = values.map((value, index) => ({ path: toNibbles(encodeRlp(toRlpNumber(index))), value }));
  return keccak256(encodeNode(entries, 0));
}

/** `entries` is not empty and its paths agree in their first `depth` nibbles, differ and none is a prefix of another. */
function encodeNode(entries: readonly Entry[], depth: number): Uint8Array {
  const first = entries[0]!;
  if (entries.length === 1) {
    return encodeRlp([toCompact(first.path.subarray(depth), true), first.value]);
  }
  const shared = sharedPrefix(entries, depth);
  if (shared > depth) {
    const path = encodeRlp(toCompact(first.path.subarray(depth, shared), false));
    return encodeRlpList([path, reference(encodeNode(entries, shared))]);
  }
  return encodeBranch(entries, depth);
}

function encodeBranch(entries: readonly Entry[], depth: number): Uint8Array {
  const children: Entry[][] = Array.from({ length: 16 }, () => []);
  // Every path is longer than `depth`: keys differ and no RLP is a prefix of another. A nibble is below 16.
  for (const entry of entries) children[entry.path[depth]!]!.push(entry);
  const items = children.map((child) =>
    child.length === 0 ? EMPTY_ITEM : reference(encodeNode(child, depth + 1)),
  );
  return encodeRlpList([...items, EMPTY_ITEM]);
}

/** How a parent holds a node: the node itself when shorter than a hash, else its hash. Encoded. */
function reference(node: Uint8Array): Uint8Array {
  return node.length < 32 ? node : encodeRlp(keccak256(node));
}

function sharedPrefix(entries: readonly Entry[], depth: number): number {
  const first = entries[0]!.path; // the caller never passes none
  let end = depth;
  while (end < first.length && entries.every((entry) => entry.path[end] === first[end])) end++;
  return end;
}

/** Hex-prefix encoding: a flag nibble (2 = leaf, 1 = odd), then the path. */
function toCompact(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length % 2;
  const bytes = new Uint8Array((path.length + 2 - odd) / 2);
  bytes[0] = (isLeaf ? 0x20 : 0) | (odd === 1 ? 0x10 | path[0]! : 0);
  for (let i = odd, at = 1; i < path.length; i += 2, at++) bytes[at] = (path[i]! << 4) | path[i + 1]!;
  return bytes;
}

function toNibbles(bytes: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(bytes.length * 2);
  bytes.forEach((byte, i) => {
    nibbles[2 * i] = byte >> 4;
    nibbles[2 * i + 1] = byte & 0x0f;
  });
  return nibbles;
}
