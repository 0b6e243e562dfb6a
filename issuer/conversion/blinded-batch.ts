/**
 * How the queue of blinded values is kept (`blinded-queue.ts`). Keys: `side u8 ‖ peer 32 ‖ number or sequence u64`, and
 * `side u8 ‖ number u64` of what was sent; a batch is JSON: `{"isFinal":false,"values":[{"number":7,"value":"0x…"}]}`.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { SIDES, type Side } from '../../core/conversion/padding.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import { TABLES } from '../store.ts';

/** A batch as it is kept; its padding follows from it. */
export interface KeptBatch {
  readonly sequence: number;
  readonly isFinal: boolean;
  readonly values: readonly { readonly number: number; readonly value: Hex }[];
}

export interface Peer {
  readonly side: Side;
  readonly peer: Hex;
}

/** Of a key: what comes before the number. */
export const SIDE_AND_PEER = 33;
export const AFTER_ALL: Uint8Array = new Uint8Array(9).fill(0xff);

export function prefixOf({ side, peer }: Peer): Uint8Array {
  return concatBytes(Uint8Array.of(SIDES.indexOf(side)), fromHex(peer));
}

export function itemKey(peer: Peer, number: number): Uint8Array {
  return concatBytes(prefixOf(peer), toUint64(number));
}

export function rangeOf(peer: Peer): { readonly from: Uint8Array; readonly before: Uint8Array } {
  return { from: prefixOf(peer), before: concatBytes(prefixOf(peer), AFTER_ALL) };
}

export function sentKey(side: Side, number: number): Uint8Array {
  return concatBytes(Uint8Array.of(SIDES.indexOf(side)), toUint64(number));
}

export function peerIn(key: Uint8Array): Peer {
  const side = SIDES[key[0] ?? 0];
  invariant(side !== undefined, 'a key begins with its side');
  return { side, peer: toHex(key.slice(1, SIDE_AND_PEER)) };
}

export function putBatch(
  batch: WriteBatch,
  peer: Peer,
  { sequence, isFinal, values }: KeptBatch,
): WriteBatch {
  const text = JSON.stringify({ isFinal, values });
  return batch.put(TABLES.conversionBatches, itemKey(peer, sequence), toUtf8(text));
}

export function decodeBatch(key: Uint8Array, value: Uint8Array): KeptBatch {
  const text = fromUtf8(value);
  invariant(text !== undefined, 'a batch is text');
  // Written by `putBatch`.
  const { isFinal, values } = JSON.parse(text) as Omit<KeptBatch, 'sequence'>;
  return { sequence: readUint64(key, SIDE_AND_PEER), isFinal, values };
}
