/** CBOR in its deterministic form (RFC 8949 §4.2.1) but for the order of keys, which is the map's own. */
import { concatBytes } from './concat.ts';
import { CborTag, type CborValue } from './cbor.ts';
import { BytesError } from './errors.ts';
import { toUtf8 } from './utf8.ts';

const UINT = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const FLOAT_64 = 0xfb;

/** Throws `CBOR_INVALID` for integers outside 64 bits. */
export function toCbor(value: CborValue): Uint8Array {
  if (value === null) return Uint8Array.of(NULL);
  if (typeof value === 'boolean') return Uint8Array.of(value ? TRUE : FALSE);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? integer(BigInt(value)) : float(value);
  if (typeof value === 'bigint') return integer(value);
  if (typeof value === 'string') return withLength(TEXT, toUtf8(value));
  if (value instanceof Uint8Array) return withLength(BYTES, value);
  if (value instanceof CborTag) return concatBytes(head(TAG, value.tag), toCbor(value.value));
  if (isArray(value)) return concatBytes(head(ARRAY, value.length), ...value.map(toCbor));
  const members = [...value].flatMap(([key, member]) => [toCbor(key), toCbor(member)]);
  return concatBytes(head(MAP, value.size), ...members);
}

function withLength(major: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(head(major, bytes.length), bytes);
}

function integer(value: bigint): Uint8Array {
  return value < 0n ? head(NEGATIVE, -1n - value) : head(UINT, value);
}

function head(major: number, argument: bigint | number): Uint8Array {
  const top = major << 5;
  if (argument < 24) return Uint8Array.of(top | Number(argument));
  if (argument < 0x100) return Uint8Array.of(top | 24, Number(argument));
  if (argument < 0x1_0000) return Uint8Array.of(top | 25, Number(argument) >> 8, Number(argument) & 0xff);
  const bytes = new Uint8Array(9);
  const view = new DataView(bytes.buffer);
  if (argument >= 0x1_0000_0000_0000_0000n) throw new BytesError('CBOR_INVALID', 'more than 64 bits');
  view.setBigUint64(1, BigInt(argument));
  const width = argument < 0x1_0000_0000n ? 4 : 8;
  const written = bytes.subarray(8 - width);
  written[0] = top | (24 + Math.log2(width));
  return written;
}

function float(value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = FLOAT_64;
  new DataView(bytes.buffer).setFloat64(1, value);
  return bytes;
}

/** `Array.isArray` does not know readonly arrays. */
function isArray(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}
