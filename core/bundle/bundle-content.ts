/**
 * The content of a bundle: sections of the ledger state and the issuers' status lists, whole or as what has changed.
 *
 *   names    sections varint, for each: name (length u32, text) ‖ form u8 ‖
 *              0  length varint; the bytes stand in `columns`
 *              1  its digest alone, 32 bytes
 *              2  rows that are held already varint ‖ rows that follow varint: `root-columns.ts`
 *            ‖ issuers varint, for each: id 32 ‖ lists varint, for each:
 *              uri (length u32, text) ‖ version u64 ‖ bits u8 ‖ bytes of the array u32
 *              ‖ form u8: 0 changes to all zero, 1 changes to the list that is held under this uri
 *   gaps, values   the changes of each list: `list-changes.ts`
 */
import type { ByteReader } from '../bytes/byte-reader.ts';
import { fromHex, type Hex } from '../bytes/hex.ts';
import { writeVarint } from '../bytes/varint.ts';
import type { PublishedList } from '../status/accepted-lists.ts';
import { MAX_STATUS_BYTES, type StatusList } from '../status/token-status-list.ts';
import type { PartReaders, PartWriters } from './bundle-file.ts';
import { BundleError } from './errors.ts';
import { changesFrom, readChanges, withChanges, writeChanges } from './list-changes.ts';
import { NO_PAUSE, type Pause } from './pause.ts';
import { isRootSection, readColumns, readRows, rowBytesOf, writeColumns } from './root-columns.ts';

/** A section that is held, or a fence, of which only the digest is known. */
export interface SectionContent {
  readonly name: string;
  readonly digest?: Uint8Array;
  readonly bytes?: Uint8Array;
}

export interface IssuerLists {
  readonly issuer: Hex;
  readonly lists: readonly PublishedList[];
}

export interface BundleContent {
  readonly sections: readonly SectionContent[];
  readonly issuers: readonly IssuerLists[];
}

/** What the changes are changes to; a full bundle's, to nothing. */
export interface ContentBase {
  section(name: string): Uint8Array | undefined;
  list(issuer: Hex, uri: string): StatusList | undefined;
}

export const NO_BASE: ContentBase = { section: () => undefined, list: () => undefined };

const BYTES = 0;
const DIGEST = 1;
const ROWS = 2;
const FROM_ZERO = 0;
const FROM_HELD = 1;
const HASH_BYTES = 32;
const NO_BYTES = new Uint8Array(0);
/** All lists of a bundle together, as arrays: 2^28 entries of two bits. */
const MAX_LIST_BYTES: number = 64 * 1024 * 1024;

export function writeContent(parts: PartWriters, content: BundleContent, base: ContentBase): void {
  const steps = contentSteps(parts, content, base);
  while (steps.next().done !== true) continue;
}

/** The same in steps, a section or a status list each. */
export function* contentSteps(
  parts: PartWriters,
  content: BundleContent,
  base: ContentBase,
): Generator<void, void> {
  const { names } = parts;
  names.raw(writeVarint(content.sections.length));
  for (const section of content.sections) yield writeSection(parts, section, base);
  names.raw(writeVarint(content.issuers.length));
  for (const { issuer, lists } of content.issuers) {
    names.raw(fromHex(issuer)).raw(writeVarint(lists.length));
    for (const list of lists) yield writeList(parts, list, base.list(issuer, list.uri));
  }
}

function writeSection(parts: PartWriters, { name, bytes, digest }: SectionContent, base: ContentBase): void {
  const names = parts.names.text(name);
  if (bytes === undefined) {
    names.u8(DIGEST).raw(digest ?? NO_BYTES); // a fence has its digest
  } else if (isRootSection(name)) {
    const rows = readRows(name, bytes);
    const held = (base.section(name)?.length ?? 0) / rowBytesOf(name);
    const from = held <= rows.length ? held : 0;
    names
      .u8(ROWS)
      .raw(writeVarint(from))
      .raw(writeVarint(rows.length - from));
    writeColumns(parts, rows, { from });
  } else {
    names.u8(BYTES).raw(writeVarint(bytes.length));
    parts.columns.raw(bytes);
  }
}

function writeList(
  parts: PartWriters,
  { uri, version, list }: PublishedList,
  held: StatusList | undefined,
): void {
  const base = held?.bits === list.bits && held.size === list.size ? held : undefined;
  parts.names.text(uri).u64(version).u8(list.bits).u32(list.bytes.length);
  parts.names.u8(base === undefined ? FROM_ZERO : FROM_HELD);
  writeChanges(parts, changesFrom(base, list), list.bits);
}

/** Rejects with `BUNDLE_MALFORMED`, `BUNDLE_BASE_OTHER`, a `BytesError` or a `StatusError`. */
export async function readContent(
  parts: PartReaders,
  base: ContentBase,
  pause: Pause = NO_PAUSE,
): Promise<BundleContent> {
  const { names } = parts;
  const sections = await many(names, pause, () => readSection(parts, base));
  let listBytes = 0;
  const issuers = await many(names, pause, async () => {
    const issuer = names.fixed(HASH_BYTES);
    const lists = await many(names, pause, () => {
      const list = readList(parts, (uri) => base.list(issuer, uri));
      listBytes += list.list.bytes.length;
      if (listBytes > MAX_LIST_BYTES) throw malformed();
      return list;
    });
    return { issuer, lists };
  });
  for (const part of [names, parts.columns, parts.gaps, parts.values, parts.roots]) part.end();
  return { sections, issuers };
}

/** As many as it says, each of which takes a byte at least. */
async function many<T>(names: ByteReader, pause: Pause, read: () => T | Promise<T>): Promise<readonly T[]> {
  const count = names.varint();
  if (count > names.left) throw malformed();
  const all: T[] = [];
  while (all.length < count) {
    all.push(await read());
    await pause();
  }
  return all;
}

function readSection(parts: PartReaders, base: ContentBase): SectionContent {
  const { names } = parts;
  const name = names.text();
  switch (names.u8()) {
    case BYTES:
      return { name, bytes: parts.columns.raw(names.varint()) };
    case DIGEST:
      return { name, digest: names.raw(HASH_BYTES) };
    case ROWS:
      return { name, bytes: readRootSection(parts, name, base) };
    default:
      throw malformed();
  }
}

function readRootSection(parts: PartReaders, name: string, base: ContentBase): Uint8Array {
  const from = parts.names.varint();
  const count = parts.names.varint();
  if (!isRootSection(name)) throw malformed();
  const held = from === 0 ? NO_BYTES : base.section(name);
  if (held?.length !== from * rowBytesOf(name)) throw otherBase();
  const added = readColumns(parts, { name, held, count });
  const bytes = new Uint8Array(held.length + added.length);
  bytes.set(held);
  bytes.set(added, held.length);
  return bytes;
}

function readList(parts: PartReaders, heldUnder: (uri: string) => StatusList | undefined): PublishedList {
  const { names } = parts;
  const uri = names.text();
  const version = names.u64();
  const bits = names.u8();
  const byteLength = names.u32();
  const form = names.u8();
  if (![1, 2, 4, 8].includes(bits) || byteLength > MAX_STATUS_BYTES) throw malformed();
  const changes = readChanges(parts, bits);
  if (form === FROM_ZERO) return { uri, version, list: withChanges({ bits, byteLength }, changes) };
  const held = heldUnder(uri);
  if (form !== FROM_HELD) throw malformed();
  if (held?.bits !== bits || held.bytes.length !== byteLength) throw otherBase();
  return { uri, version, list: withChanges(held, changes) };
}

function otherBase(): BundleError {
  return new BundleError('BUNDLE_BASE_OTHER', 'changes to something that is not held');
}

function malformed(): BundleError {
  return new BundleError('BUNDLE_MALFORMED', 'not the content of a bundle');
}
