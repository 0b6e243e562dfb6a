/**
 * Token status lists (draft-ietf-oauth-status-list): one entry of 1, 2, 4 or 8 bits for each credential. Entry
 * 0 is in the least significant bits of byte 0. On the wire `{ bits, lst }`, `lst` = base64url(zlib(array)).
 *
 * Ours have 2 bits: 0 valid, 1 revoked, 2 suspended, 3 superseded.
 */
import { unzlibSync, zlibSync } from 'fflate';
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { StatusError } from './errors.ts';

export type StatusBits = 1 | 2 | 4 | 8;

/** Index = the value in the list. */
export const STATUS_VALUES = ['valid', 'revoked', 'suspended', 'superseded'] as const;
export type StatusValue = (typeof STATUS_VALUES)[number];

/** Bits of an entry in our lists. */
export const OUR_BITS = 2;
/** A list is at least this long, so that one changed entry hides among many (W3C Bitstring Status List §6.1). */
export const MIN_ENTRIES = 131_072;
/** Largest array taken in: 2^24 entries of our kind. */
export const MAX_LIST_BYTES: number = 2 ** 22;

const MAX_ZLIB_LEVEL = 9;

/** An immutable list. */
export class StatusList {
  readonly bits: StatusBits;
  /** Number of entries. */
  readonly size: number;
  readonly #bytes: Uint8Array;

  /** @param bytes the array, kept and not copied */
  constructor(bits: StatusBits, bytes: Uint8Array) {
    this.bits = bits;
    this.#bytes = bytes;
    this.size = (bytes.length * 8) / bits;
  }

  /** All entries 0. */
  static empty(entries: number = MIN_ENTRIES, bits: StatusBits = OUR_BITS): StatusList {
    return new StatusList(bits, new Uint8Array(Math.ceil((entries * bits) / 8)));
  }

  /** The raw array. Not to be written to. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The entry at `index`. Throws `STATUS_INDEX_OUT_OF_RANGE`: what is not in the list is not "valid". */
  get(index: number): number {
    const { byte, shift, mask } = this.#locate(index);
    // #locate has checked that the byte is there.
    return (this.#bytes[byte]! >>> shift) & mask;
  }

  /** A new list with these entries changed. Throws `STATUS_INDEX_OUT_OF_RANGE`, `STATUS_VALUE_UNKNOWN`. */
  with(changes: Iterable<readonly [index: number, value: number]>): StatusList {
    const bytes = this.#bytes.slice();
    for (const [index, value] of changes) {
      const { byte, shift, mask } = this.#locate(index);
      if (!Number.isInteger(value) || value < 0 || value > mask) {
        throw new StatusError('STATUS_VALUE_UNKNOWN', `an entry of ${this.bits} bits is 0 to ${mask}`);
      }
      bytes[byte] = (bytes[byte]! & ~(mask << shift)) | (value << shift);
    }
    return new StatusList(this.bits, bytes);
  }

  #locate(index: number): { readonly byte: number; readonly shift: number; readonly mask: number } {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new StatusError('STATUS_INDEX_OUT_OF_RANGE', `entry ${index} of ${this.size}`);
    }
    const bit = index * this.bits;
    return { byte: Math.floor(bit / 8), shift: bit % 8, mask: 2 ** this.bits - 1 };
  }
}

export interface EncodedStatusList {
  readonly bits: StatusBits;
  readonly lst: string;
}

export function encodeStatusList(list: StatusList): EncodedStatusList {
  return { bits: list.bits, lst: toBase64url(zlibSync(list.bytes, { level: MAX_ZLIB_LEVEL })) };
}

/**
 * Throws `STATUS_LIST_INVALID` for what is not `{ bits, lst }`, base64url or zlib, `STATUS_LIST_TOO_LARGE` when
 * the array would exceed `maxBytes`: inflating stops there.
 */
export function decodeStatusList({ bits, lst }: { bits: unknown; lst: unknown }, maxBytes: number = MAX_LIST_BYTES): StatusList {
  if (!isStatusBits(bits) || typeof lst !== 'string') {
    throw new StatusError('STATUS_LIST_INVALID', 'bits is 1, 2, 4 or 8, and lst is text');
  }
  return new StatusList(bits, inflateZlib(lst, maxBytes));
}

function isStatusBits(value: unknown): value is StatusBits {
  return value === 1 || value === 2 || value === 4 || value === 8;
}

function inflateZlib(lst: string, maxBytes: number): Uint8Array {
  // One byte more than allowed: fflate stops at the end of `out`, and a full buffer means "too large".
  const out = new Uint8Array(maxBytes + 1);
  let bytes: Uint8Array;
  try {
    bytes = unzlibSync(fromBase64url(lst), { out });
  } catch (cause) {
    throw new StatusError('STATUS_LIST_INVALID', 'lst is not base64url of zlib', { cause });
  }
  if (bytes.length > maxBytes) throw new StatusError('STATUS_LIST_TOO_LARGE', `the array exceeds ${maxBytes} bytes`);
  return bytes.slice();
}
