/**
 * A bundle as a file: seven parts, each compressed or not, so that what no compression makes smaller does not cost
 * its time, and signatures can be checked before the bulk is unpacked.
 *
 *   "HCLB" ‖ version u8 = 1 ‖ for each part: inflated length varint ‖ stored length varint ‖ the parts
 *
 *   head     kind, note, leaf, base, days, cover            deflate
 *   hashes   block hash, state root, paths, hidden roots    as they are
 *   names    sections and status lists, one after another   deflate
 *   columns  of roots: accounts, times, numbers, sizes      deflate
 *   gaps     of status lists: distances                     deflate
 *   values   of status lists: numbers                       deflate
 *   roots                                                   as they are
 */
import { deflateSync } from 'fflate';
import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { inflateBounded } from '../bytes/inflate.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { equalBytes } from '../bytes/equal.ts';
import { writeVarint } from '../bytes/varint.ts';
import { BundleError } from './errors.ts';

export const BUNDLE_PARTS = ['head', 'hashes', 'names', 'columns', 'gaps', 'values', 'roots'] as const;

export type BundlePart = (typeof BUNDLE_PARTS)[number];

export type PartWriters = Readonly<Record<BundlePart, ByteWriter>>;
export type PartReaders = Readonly<Record<BundlePart, ByteReader>>;

const MAGIC = toUtf8('HCLB');
const VERSION = 1;
const STORED: ReadonlySet<BundlePart> = new Set(['hashes', 'roots']);
/** Of all parts together, unpacked. A device has 25 MB for a bundle. */
export const MAX_BUNDLE_BYTES: number = 96 * 1024 * 1024;

/** Whether a file says that it is a bundle, of whatever version. */
export function isBundle(file: Uint8Array): boolean {
  return equalBytes(file.subarray(0, MAGIC.length), MAGIC);
}

export function partWriters(): PartWriters {
  const writer = (): ByteWriter => new ByteWriter();
  return {
    head: writer(),
    hashes: writer(),
    names: writer(),
    columns: writer(),
    gaps: writer(),
    values: writer(),
    roots: writer(),
  };
}

export function packParts(parts: PartWriters): Uint8Array {
  return joinParts(
    parts,
    BUNDLE_PARTS.map((name) => {
      const { bytes } = parts[name];
      return STORED.has(name) ? bytes : deflateSync(bytes, { level: 9 });
    }),
  );
}

/** Raw deflate (RFC 1951) that is done elsewhere. */
export type Deflate = (bytes: Uint8Array) => Promise<Uint8Array>;

/** Nothing may be written to the parts until it resolves. */
export async function packPartsBy(deflate: Deflate, parts: PartWriters): Promise<Uint8Array> {
  const stored = BUNDLE_PARTS.map(async (name) => {
    const { bytes } = parts[name];
    return STORED.has(name) ? bytes : deflate(bytes);
  });
  return joinParts(parts, await Promise.all(stored));
}

function joinParts(parts: PartWriters, packed: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter().raw(MAGIC).u8(VERSION);
  for (const [i, stored] of packed.entries()) {
    // One for each name.
    out.raw(writeVarint(parts[BUNDLE_PARTS[i]!].bytes.length)).raw(writeVarint(stored.length));
  }
  for (const stored of packed) out.raw(stored);
  return out.bytes.slice();
}

/**
 * Readers of all parts; one that is compressed is unpacked when it is first asked for.
 *
 * Throws `BUNDLE_VERSION_UNKNOWN`, `BUNDLE_MALFORMED`, or a `BytesError`, the last two also from the parts.
 */
export function openParts(file: Uint8Array): PartReaders {
  const input = new ByteReader(file);
  if (input.left < MAGIC.length + 1 || !equalBytes(input.raw(MAGIC.length), MAGIC)) {
    throw new BundleError('BUNDLE_MALFORMED', 'not a bundle');
  }
  const version = input.u8();
  if (version !== VERSION) {
    throw new BundleError('BUNDLE_VERSION_UNKNOWN', `a bundle of version ${version}`);
  }
  const lengths = BUNDLE_PARTS.map((name) => ({
    name,
    inflated: input.varint(),
    stored: input.varint(),
  }));
  if (lengths.reduce((sum, { inflated }) => sum + inflated, 0) > MAX_BUNDLE_BYTES) {
    throw new BundleError('BUNDLE_MALFORMED', 'larger than any bundle');
  }
  const parts = new Map(
    lengths.map(({ name, inflated, stored }) => {
      const bytes = input.raw(stored);
      return [name, STORED.has(name) ? () => bytes : () => unpack(bytes, inflated)];
    }),
  );
  input.end();
  return lazyReaders(parts);
}

function unpack(bytes: Uint8Array, length: number): Uint8Array {
  const inflated = inflateBounded(bytes, { maxBytes: length });
  if (inflated.length !== length) throw new BundleError('BUNDLE_MALFORMED', 'a part is shorter than it says');
  return inflated;
}

function lazyReaders(parts: ReadonlyMap<string, () => Uint8Array>): PartReaders {
  const readers = new Map<string, ByteReader>();
  const readerOf = (name: BundlePart): ByteReader => {
    const reader = readers.get(name) ?? new ByteReader(parts.get(name)!()); // there is one for each name
    readers.set(name, reader);
    return reader;
  };
  return {
    get head() {
      return readerOf('head');
    },
    get hashes() {
      return readerOf('hashes');
    },
    get names() {
      return readerOf('names');
    },
    get columns() {
      return readerOf('columns');
    },
    get gaps() {
      return readerOf('gaps');
    },
    get values() {
      return readerOf('values');
    },
    get roots() {
      return readerOf('roots');
    },
  };
}
