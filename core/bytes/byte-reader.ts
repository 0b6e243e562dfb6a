/**
 * Reads what `byte-writer.ts` builds: unsigned integers big endian, byte strings and text with their length
 * before them as u32, or bare where the length is fixed. Whatever is not there throws `BYTES_CUT_SHORT`; a length
 * is compared with what is left before anything is made of it.
 */
import { BytesError } from './errors.ts';
import { toHex, type Hex } from './hex.ts';
import { fromUtf8 } from './utf8.ts';
import { readVarint } from './varint.ts';

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A plain array over the same memory: of Node's Buffer, which is one too, `slice` would not be a copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes that are not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** From 0 to 2^53 - 1; larger ones throw. */
  u64(): number {
    const at = this.#take(8);
    const value = this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
    if (!Number.isSafeInteger(value)) throw cutShort();
    return value;
  }

  /** Up to 2^32 - 1, as `varint.ts` writes it. */
  varint(): number {
    const { value, next } = readVarint(this.#bytes, this.#at);
    this.#at = next;
    return value;
  }

  /** Lent: a view of what is read. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  fixed(length: number): Hex {
    return toHex(this.raw(length));
  }

  withLength(): Uint8Array {
    return this.raw(this.u32());
  }

  text(): string {
    const text = fromUtf8(this.withLength());
    if (text === undefined) throw new BytesError('BYTES_CUT_SHORT', 'a text is not UTF-8');
    return text;
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.left > 0) throw new BytesError('BYTES_CUT_SHORT', 'something follows the end');
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.left) throw cutShort();
    this.#at = at + length;
    return at;
  }
}

function cutShort(): BytesError {
  return new BytesError('BYTES_CUT_SHORT', 'the bytes end too early');
}
