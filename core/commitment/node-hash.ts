/**
 * The hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 §2.1.1). The 65 bytes are put together in
 * one scratch buffer that all trees and proofs share, since hashing is synchronous: `placeNode` left and right,
 * then `hashPlaced`.
 */
import type { Crypto } from '../crypto.ts';

export const HASH_BYTES = 32;

/** Where a child stands in the 65 bytes. */
export const LEFT = 1;
export const RIGHT: number = LEFT + HASH_BYTES;

const scratch = new Uint8Array(1 + 2 * HASH_BYTES);
scratch[0] = 0x01;

/** Copies the 32 bytes of `source` at `from` to one side of the node; callers keep within `source`. */
export function placeNode(source: Uint8Array, from: number, side: number): void {
  for (let i = 0; i < HASH_BYTES; i++) scratch[side + i] = source[from + i]!;
}

/** Puts the hash of the node that was placed on one side of the next node: the way up a path without a copy. */
export function hashOntoSide(crypto: Crypto, side: number): void {
  crypto.sha256Into(scratch, scratch, side);
}

/** Writes the hash of the node that was placed to `target` at `offset`. */
export function hashPlaced(crypto: Crypto, target: Uint8Array, offset: number): void {
  crypto.sha256Into(scratch, target, offset);
}
