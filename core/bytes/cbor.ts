/**
 * CBOR (RFC 8949), strict: definite lengths only, every number and length in its shortest form, no repeated
 * keys, map keys that are integers or texts, UTF-8 texts, nothing after the end. Values nest at most
 * {@link MAX_CBOR_DEPTH} deep, and a length is compared with what is left before anything is made of it.
 *
 * `a2 01 62 4154 04 1a 61700000` is a map of 1 → "AT" and 4 → 1634729984.
 */
import { isAscii, oneCharacterAByte } from './ascii.ts';
import { BytesError } from './errors.ts';
import { fromUtf8 } from './utf8.ts';

export type CborKey = number | string;
export type CborMap = ReadonlyMap<CborKey, CborValue>;
export type CborValue =
  null | boolean | number | bigint | string | Uint8Array | readonly CborValue[] | CborMap | CborTag;

export class CborTag {
  readonly tag: number;
  readonly value: CborValue;

  constructor(tag: number, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}

/** Nothing that we read nests half as deep. */
export const MAX_CBOR_DEPTH = 16;

const UINT = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

/** Reads one value that is all of `bytes`. Throws `CBOR_INVALID`. */
export function fromCbor(bytes: Uint8Array): CborValue {
  const reader = new CborReader(bytes);
  const value = reader.value(0);
  if (!reader.isAtEnd) throw invalid('bytes after the end');
  return value;
}

class CborReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** A character for each byte; ASCII texts are cut from it. Made with the first text. */
  #characters: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): CborValue {
    if (depth > MAX_CBOR_DEPTH) throw invalid(`nested deeper than ${MAX_CBOR_DEPTH}`);
    const first = this.#byte();
    const low = first & 0x1f;
    switch (first >> 5) {
      case UINT:
        return this.#argument(low);
      case NEGATIVE:
        return negative(this.#argument(low));
      case BYTES:
        return this.#take(this.#length(low));
      case TEXT:
        return this.#text(this.#length(low));
      case ARRAY:
        return this.#array(this.#length(low), depth);
      case MAP:
        return this.#map(this.#length(low), depth);
      case TAG:
        return new CborTag(this.#length(low, { isCount: false }), this.value(depth + 1));
      default:
        return this.#simple(low);
    }
  }

  /** Short texts are most of what there is: asking the decoder for each takes ten times as long as a cut. */
  #text(length: number): string {
    const start = this.#skip(length);
    if (isAscii(this.#bytes, start, start + length)) {
      this.#characters ??= oneCharacterAByte(this.#bytes);
      return this.#characters.slice(start, start + length);
    }
    const text = fromUtf8(this.#bytes.subarray(start, start + length));
    if (text === undefined) throw invalid('a text that is not UTF-8');
    return text;
  }

  #array(length: number, depth: number): readonly CborValue[] {
    const items: CborValue[] = [];
    for (let i = 0; i < length; i++) items.push(this.value(depth + 1));
    return items;
  }

  #map(length: number, depth: number): CborMap {
    const map = new Map<CborKey, CborValue>();
    for (let i = 0; i < length; i++) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string' && !isInteger(key)) throw invalid('a key that is no integer and no text');
      if (map.has(key)) throw invalid('a key that is repeated');
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  /** §3.3: false, true, null and floating-point numbers. */
  #simple(low: number): CborValue {
    switch (low) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 25:
        return finite(this.#half());
      case 26:
        return finite(this.#view.getFloat32(this.#skip(4)));
      case 27:
        return finite(this.#view.getFloat64(this.#skip(8)));
      default:
        throw invalid('a simple value without meaning here');
    }
  }

  /** RFC 8949 appendix D. */
  #half(): number {
    const bits = this.#view.getUint16(this.#skip(2));
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) return NaN;
    const size = exponent === 0 ? fraction * 2 ** -24 : (0x400 + fraction) * 2 ** (exponent - 25);
    return bits >= 0x8000 ? -size : size;
  }

  /** §3: the argument of a head; above 2^53 a bigint. */
  #argument(low: number): number | bigint {
    if (low < 24) return low;
    switch (low) {
      case 24:
        return atLeast(24, this.#byte());
      case 25:
        return atLeast(0x100, this.#view.getUint16(this.#skip(2)));
      case 26:
        return atLeast(0x1_0000, this.#view.getUint32(this.#skip(4)));
      case 27: {
        const wide = this.#view.getBigUint64(this.#skip(8));
        if (wide < 0x1_0000_0000n) throw invalid('a number that is not in its shortest form');
        return wide <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(wide) : wide;
      }
      default:
        throw invalid('an indefinite length or a reserved head');
    }
  }

  /** A number of bytes or items, each of which takes a byte at least. */
  #length(low: number, { isCount } = { isCount: true }): number {
    const length = this.#argument(low);
    if (typeof length === 'bigint' || (isCount && length > this.#bytes.length - this.#at)) {
      throw invalid('a length past the end');
    }
    return length;
  }

  #byte(): number {
    // #skip stays within the bytes.
    return this.#bytes[this.#skip(1)]!;
  }

  #take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Moves on by `length` bytes; returns where they begin. */
  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw invalid('cut short');
    this.#at = start + length;
    return start;
  }
}

function negative(argument: number | bigint): number | bigint {
  if (typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER) return -1 - argument;
  return -1n - BigInt(argument);
}

function atLeast(least: number, value: number): number {
  if (value < least) throw invalid('a number that is not in its shortest form');
  return value;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw invalid('not a finite number');
  return value;
}

function isInteger(value: CborValue): value is number {
  return Number.isSafeInteger(value);
}

function invalid(what: string): BytesError {
  return new BytesError('CBOR_INVALID', `not CBOR as it is read here: ${what}`);
}
