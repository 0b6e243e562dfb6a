/**
 * Builds binary forms: unsigned integers big endian, byte strings and text with their length before them as
 * u32, or bare where the length is fixed.
 */
import { invariant } from '../errors.ts';
import { BytesError } from './errors.ts';
import { fromHex, type Hex } from './hex.ts';
import { toUtf8 } from './utf8.ts';

const FIRST_CAPACITY = 256;

export class ByteWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written; valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Begins anew with the same memory. */
  clear(): void {
    this.#length = 0;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
    return this;
  }

  /** An integer from 0 to 2^53 - 1, in eight bytes. */
  u64(value: number): this {
    invariant(Number.isSafeInteger(value) && value >= 0, 'a u64 is written from 0 to 2^53 - 1');
    const at = this.#grow(8);
    this.#view.setUint32(at, Math.floor(value / 2 ** 32));
    this.#view.setUint32(at + 4, value >>> 0);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Exactly `length` bytes, given as hex; another length throws `HEX_INVALID`. */
  fixed(hex: Hex, length: number): this {
    const bytes = fromHex(hex);
    if (bytes.length !== length) throw new BytesError('HEX_INVALID', `not ${length} bytes`);
    return this.raw(bytes);
  }

  withLength(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  text(text: string): this {
    return this.withLength(toUtf8(text));
  }

  /** Makes room for `count` bytes; returns where they go. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length <= this.#bytes.length) return at;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length));
    larger.set(this.#bytes.subarray(0, at));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
    return at;
  }
}
