/**
 * Several byte strings in one: each as its length (u32 big endian) and its bytes, nothing after the last.
 * For values that only this program writes and reads.
 */
import { invariant } from '../core/errors.ts';
import { readUint32, writeUint32 } from './big-endian.ts';

export function packSegments(segments: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const segment of segments) size += 4 + segment.length;
  const packed = new Uint8Array(size);
  let at = 0;
  for (const segment of segments) {
    writeUint32(packed, at, segment.length);
    packed.set(segment, at + 4);
    at += 4 + segment.length;
  }
  return packed;
}

/** The segments as views into `packed`. */
export function unpackSegments(packed: Uint8Array): readonly Uint8Array[] {
  const segments: Uint8Array[] = [];
  let at = 0;
  while (at < packed.length) {
    invariant(at + 4 <= packed.length, 'a segment has a length');
    const end = at + 4 + readUint32(packed, at);
    invariant(end <= packed.length, 'a segment ends within the value');
    segments.push(packed.subarray(at + 4, end));
    at = end;
  }
  return segments;
}
