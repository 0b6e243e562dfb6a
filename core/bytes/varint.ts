/**
 * Unsigned integers up to 2^32 - 1 as LEB128: seven bits a byte, least significant first, the top bit says
 * that more follows: 300 ↔ `ac 02`. Only the shortest form is accepted.
 */
import { BytesError } from './errors.ts';

const MAX_VALUE = 0xffff_ffff;

/** The bytes of `value`, one to five. */
export function writeVarint(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > MAX_VALUE) {
    throw new BytesError('VARINT_INVALID', 'a varint is an integer from 0 to 2^32 - 1');
  }
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export interface Varint {
  readonly value: number;
  /** Offset of the byte after it. */
  readonly next: number;
}

/** Reads the varint at `offset`; cut short, too long or too large throws `VARINT_INVALID`. */
export function readVarint(bytes: Uint8Array, offset: number): Varint {
  let value = 0;
  let unit = 1;
  for (let next = offset; next < offset + 5; unit *= 128) {
    const byte = bytes[next++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * unit;
    if (byte > 0x7f) continue;
    // A last byte of zero adds nothing: a shorter form exists.
    if ((byte === 0 && unit > 1) || value > MAX_VALUE) break;
    return { value, next };
  }
  throw new BytesError('VARINT_INVALID', 'not the shortest varint of an integer below 2^32');
}
