/**
 * The status list of the IETF Token Status List (draft-ietf-oauth-status-list §4): an array of entries of 1, 2, 4
 * or 8 bits, entry 0 in the **least** significant bits of byte 0. In a token it is `{"bits":2,"lst":"<base64url of
 * zlib>"}`: bytes `c9 44 f9` are `lst` `eNo76fITAAPfAgc`.
 */
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { BytesError } from '../bytes/errors.ts';
import { fromZlib, toZlib } from '../bytes/zlib.ts';
import { StatusError } from './errors.ts';

/** Place in this list = the number in the entry (IETF registry; 3 is ours to define). */
export const STATUS_VALUES = ['valid', 'revoked', 'suspended', 'superseded'] as const;
export type StatusValue = (typeof STATUS_VALUES)[number];

export type StatusBits = 1 | 2 | 4 | 8;

/** What our own lists use. */
export const STATUS_BITS = 2;
/** Fewest entries of a list of ours: below, a place in it says too much. */
export const MIN_STATUS_ENTRIES = 131_072;
/** Largest list that is read: 2^22 entries of two bits. */
export const MAX_STATUS_BYTES = 1_048_576;

export interface EncodedStatusList {
  readonly bits: StatusBits;
  /** base64url of the zlib stream of the array. */
  readonly lst: string;
}

export interface StatusChange {
  readonly index: number;
  readonly value: StatusValue;
}

/** An immutable list. */
export class StatusList {
  readonly bits: StatusBits;
  /** Number of entries. */
  readonly size: number;
  /** The raw array; not to be written to. */
  readonly bytes: Uint8Array;

  /** Throws `STATUS_LIST_INVALID` when `bits` is not 1, 2, 4 or 8 or the array is empty or too large. */
  constructor(bits: number, bytes: Uint8Array) {
    if (!isStatusBits(bits)) throw new StatusError('STATUS_LIST_INVALID', 'entries have 1, 2, 4 or 8 bits');
    if (bytes.length === 0 || bytes.length > MAX_STATUS_BYTES) {
      throw new StatusError('STATUS_LIST_INVALID', 'an empty list or too large a one');
    }
    this.bits = bits;
    this.bytes = bytes;
    this.size = bytes.length * (8 / bits);
  }

  /** A list of `size` entries, a multiple of four, all `valid`. */
  static empty(size: number = MIN_STATUS_ENTRIES): StatusList {
    return new StatusList(STATUS_BITS, new Uint8Array(size / (8 / STATUS_BITS)));
  }

  /** Throws `STATUS_INDEX_OUT_OF_RANGE`, and `STATUS_VALUE_UNKNOWN` for numbers above 3. */
  get(index: number): StatusValue {
    const value = STATUS_VALUES[this.raw(index)];
    if (value === undefined) throw new StatusError('STATUS_VALUE_UNKNOWN', 'a status that we do not know');
    return value;
  }

  /** The number in the entry; throws `STATUS_INDEX_OUT_OF_RANGE`. */
  raw(index: number): number {
    const { byte, shift } = this.place(index);
    // place() keeps within the array.
    return (this.bytes[byte]! >> shift) & this.mask;
  }

  /** A list with that one entry changed. */
  with(index: number, value: StatusValue): StatusList {
    return this.withAll([{ index, value }]);
  }

  /** A list with all these entries changed, the last one for an index counts. */
  withAll(changes: Iterable<StatusChange>): StatusList {
    const bytes = this.bytes.slice();
    for (const { index, value } of changes) {
      const number = STATUS_VALUES.indexOf(value);
      if (number > this.mask)
        throw new StatusError('STATUS_VALUE_UNKNOWN', 'the entries are too small for it');
      const { byte, shift } = this.place(index);
      bytes[byte] = (bytes[byte]! & ~(this.mask << shift)) | (number << shift);
    }
    return new StatusList(this.bits, bytes);
  }

  private get mask(): number {
    return (1 << this.bits) - 1;
  }

  private place(index: number): { readonly byte: number; readonly shift: number } {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new StatusError('STATUS_INDEX_OUT_OF_RANGE', 'the list has no such entry');
    }
    const bit = index * this.bits;
    return { byte: Math.floor(bit / 8), shift: bit % 8 };
  }
}

export function encodeStatusList(list: StatusList): EncodedStatusList {
  return { bits: list.bits, lst: toBase64url(toZlib(list.bytes)) };
}

/** Throws `STATUS_LIST_INVALID` for whatever is not a list of at most {@link MAX_STATUS_BYTES}. */
export function decodeStatusList(
  { bits, lst }: { readonly bits: number; readonly lst: string },
  maxBytes: number = MAX_STATUS_BYTES,
): StatusList {
  try {
    return new StatusList(bits, fromZlib(fromBase64url(lst), maxBytes));
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
    throw new StatusError('STATUS_LIST_INVALID', 'not a status list', { cause });
  }
}

function isStatusBits(bits: number): bits is StatusBits {
  return bits === 1 || bits === 2 || bits === 4 || bits === 8;
}
