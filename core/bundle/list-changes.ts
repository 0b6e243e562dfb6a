/**
 * Entries of a status list that differ from another one: from what a device holds, or from a list that is all
 * valid. An entry's distance to the one before it, and its new number, are kept apart: the two compress well, the
 * array itself does not.
 */
import type { ByteReader } from '../bytes/byte-reader.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { writeVarint } from '../bytes/varint.ts';
import { StatusList } from '../status/token-status-list.ts';
import { BundleError } from './errors.ts';

export interface ListChanges {
  /** Ascending. */
  readonly indices: Uint32Array;
  /** The number that each entry has now. */
  readonly values: Uint8Array;
}

/** What makes `list` from `base`, which has as many entries of as many bits; from no base, from all zero. */
export function changesFrom(base: StatusList | undefined, list: StatusList): ListChanges {
  const indices: number[] = [];
  const values: number[] = [];
  const entriesPerByte = 8 / list.bits;
  list.bytes.forEach((byte, at) => {
    if (byte === (base?.bytes[at] ?? 0)) return;
    for (let index = at * entriesPerByte; index < (at + 1) * entriesPerByte; index++) {
      const value = list.raw(index);
      if (value === (base?.raw(index) ?? 0)) continue;
      indices.push(index);
      values.push(value);
    }
  });
  return { indices: Uint32Array.from(indices), values: Uint8Array.from(values) };
}

/**
 * The list of `bytes` bytes that the changes make from `base`, or from all zero.
 *
 * Throws `BUNDLE_MALFORMED` for entries that it does not have.
 */
export function withChanges(
  base: StatusList | { readonly bits: number; readonly byteLength: number },
  { indices, values }: ListChanges,
): StatusList {
  const { bits } = base;
  if (base instanceof StatusList && indices.length === 0) return base;
  const bytes = base instanceof StatusList ? base.bytes.slice() : new Uint8Array(base.byteLength);
  const mask = (1 << bits) - 1;
  indices.forEach((index, i) => {
    const value = values[i] ?? 0; // there are as many values as indices
    const at = Math.floor((index * bits) / 8);
    const shift = (index * bits) % 8;
    if (at >= bytes.length || value > mask) throw malformed();
    bytes[at] = (bytes[at]! & ~(mask << shift)) | (value << shift); // below the length
  });
  return new StatusList(bits, bytes);
}

/** Where distances and numbers go. */
export interface ChangeWriters {
  readonly gaps: ByteWriter;
  readonly values: ByteWriter;
}

export interface ChangeReaders {
  readonly gaps: ByteReader;
  readonly values: ByteReader;
}

/** Numbers are packed four to a byte where they have two bits, as in the list. */
export function writeChanges({ gaps, values }: ChangeWriters, changes: ListChanges, bits: number): void {
  gaps.raw(writeVarint(changes.indices.length));
  let previous = -1;
  for (const index of changes.indices) {
    gaps.raw(writeVarint(index - previous - 1));
    previous = index;
  }
  values.raw(packed(changes.values, bits));
}

/** Throws `BUNDLE_MALFORMED` or a `BytesError`. */
export function readChanges({ gaps, values }: ChangeReaders, bits: number): ListChanges {
  const count = gaps.varint();
  // A distance takes a byte at least.
  if (count > gaps.left) throw malformed();
  const indices = new Uint32Array(count);
  let index = -1;
  for (let i = 0; i < count; i++) {
    index += gaps.varint() + 1;
    indices[i] = index;
  }
  if (index > 0xffff_ffff) throw malformed();
  return { indices, values: unpacked(values.raw(Math.ceil((count * bits) / 8)), count, bits) };
}

function packed(values: Uint8Array, bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((values.length * bits) / 8));
  // Each value has its place in the array.
  values.forEach((value, i) => (bytes[(i * bits) >> 3]! |= value << ((i * bits) & 7)));
  return bytes;
}

function unpacked(bytes: Uint8Array, count: number, bits: number): Uint8Array {
  const mask = (1 << bits) - 1;
  return Uint8Array.from(
    { length: count },
    (_, i) => ((bytes[(i * bits) >> 3] ?? 0) >> ((i * bits) & 7)) & mask,
  );
}

function malformed(): BundleError {
  return new BundleError('BUNDLE_MALFORMED', 'not changes of a status list');
}
