/**
 * A staged batch: which range of a lane, in which order, and its root. Everything needed to build the same
 * tree again, for a proof, for publishing its leaves, or for trying to anchor it once more.
 *
 *   lane u8 ‖ first entry u64 ‖ count u32 ‖ log2 size u8 ‖ root 32 ‖ seed 32 ‖ position u16 × count
 *
 * `positions[i]` is the place in the tree of the lane's entry `first + i`; padding fills the other places.
 */
import { readUint32, readUint64, writeUint32, writeUint64 } from '../service/big-endian.ts';

export interface BatchEntry {
  readonly lane: number;
  readonly first: number;
  /** Entries of the lane; the rest of the tree is padding. */
  readonly count: number;
  readonly log2Size: number;
  readonly root: Uint8Array;
  readonly seed: Uint8Array;
  readonly positions: Uint16Array;
}

const FIXED_BYTES = 1 + 8 + 4 + 1 + 32 + 32;

export function encodeBatchEntry(entry: BatchEntry): Uint8Array {
  const bytes = new Uint8Array(FIXED_BYTES + entry.positions.length * 2);
  bytes[0] = entry.lane;
  writeUint64(bytes, 1, entry.first);
  writeUint32(bytes, 9, entry.count);
  bytes[13] = entry.log2Size;
  bytes.set(entry.root, 14);
  bytes.set(entry.seed, 46);
  entry.positions.forEach((position, i) => {
    bytes[FIXED_BYTES + 2 * i] = position >>> 8;
    bytes[FIXED_BYTES + 2 * i + 1] = position;
  });
  return bytes;
}

export function decodeBatchEntry(bytes: Uint8Array): BatchEntry {
  // The store holds what encodeBatchEntry wrote: at least the fixed part.
  const lane = bytes[0]!;
  const log2Size = bytes[13]!;
  const count = readUint32(bytes, 9);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    lane,
    first: readUint64(bytes, 1),
    count,
    log2Size,
    root: bytes.slice(14, 46),
    seed: bytes.slice(46, 78),
    positions: Uint16Array.from({ length: count }, (_, i) => view.getUint16(FIXED_BYTES + 2 * i)),
  };
}
