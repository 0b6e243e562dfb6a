/**
 * The hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 §2.1.1). The 65 bytes are put together in
 * one scratch buffer that all trees and proofs share, since hashing is synchronous: `placeNode` left and right,
 * then `hashPlaced`. Both children begin at a word of the buffer, so that a hash is copied as eight words.
 */
import type { Crypto } from '../crypto.ts';

export const HASH_BYTES = 32;
export const WORD_BYTES = 4;
export const HASH_WORDS: number = HASH_BYTES / WORD_BYTES;

/** Where a child stands, in words of the buffer. */
export type Side = 1 | 9;
export const LEFT: Side = 1;
export const RIGHT: Side = 9;

/** Three bytes that are not used, the prefix, left and right. */
const buffer = new ArrayBuffer(WORD_BYTES + 2 * HASH_BYTES);
const words = new Uint32Array(buffer);
const node = new Uint8Array(buffer, WORD_BYTES - 1);
node[0] = 0x01;

/** Copies the eight words of `source` from `from` on to one side of the node; callers keep within `source`. */
export function placeWords(source: Uint32Array, from: number, side: Side): void {
  for (let i = 0; i < HASH_WORDS; i++) words[side + i] = source[from + i]!;
}

/** As {@link placeWords}, the 32 bytes from `from` on, wherever they lie. */
export function placeNode(source: Uint8Array, from: number, side: Side): void {
  const at = byteOf(side);
  for (let i = 0; i < HASH_BYTES; i++) node[at + i] = source[from + i]!;
}

/** Puts the hash of the node that was placed on one side of the next node: the way up a path without a copy. */
export function hashOntoSide(crypto: Crypto, side: Side): void {
  crypto.sha256Into(node, node, byteOf(side));
}

/** Writes the hash of the node that was placed to `target` at `offset`. */
export function hashPlaced(crypto: Crypto, target: Uint8Array, offset: number): void {
  crypto.sha256Into(node, target, offset);
}

/** The prefix is the last byte of the first word. */
function byteOf(side: Side): number {
  return (side - 1) * WORD_BYTES + 1;
}
