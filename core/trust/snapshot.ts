/**
 * Ledger state and status lists in one file: what a verifier hands to another process, which then checks
 * codes without a ledger. It proves nothing by itself: it is read only from where we wrote it.
 *
 *   "HCLS3\0\0\0" ‖ u32 length of the JSON, big endian ‖ canonical JSON ‖ zeros up to a multiple of 4
 *   ‖ the rows of the index of roots, in ledger order: ten 32-bit words each (`root-row.ts`), little endian
 *   ‖ the arrays of the status lists, one after the other
 *   ‖ the nullifiers of the last days, 32 bytes each, by day and pair of issuers
 *   ‖ SHA-256 over the SHA-256s of: all before the rows, each page of 4,096 rows, each array, each pair's day
 *
 * The JSON holds `trust` and `policies` (the events, from which the lists are folded again), `authors` (issuer and
 * account of the roots), `roots` (their number), `statusAnchors`, `acts`, `sets` (status lists without their arrays),
 * `pairs` (of conversions), `recent` (the nullifiers without their bytes), `head`, `lastChange` and `version`.
 *
 * Rows are taken over as they lie, so reading costs one digest and one look at each row. Pages that are full
 * never change, so their digests are taken once.
 */
import { concatBytes } from '../bytes/concat.ts';
import { parseCanonicalJson, toCanonicalJson } from '../bytes/canonical-json.ts';
import { equalBytes } from '../bytes/equal.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { fromLittleEndian, toLittleEndian } from '../bytes/words.ts';
import type { Crypto } from '../crypto.ts';
import { invariant } from '../errors.ts';
import { StatusLists, type AcceptedList, type AcceptedSet } from '../status/accepted-lists.ts';
import { StatusList, type StatusBits } from '../status/token-status-list.ts';
import { SnapshotError } from './errors.ts';
import type { ConversionPair } from './conversions.ts';
import { LedgerState, type ActAnchor, type Head, type StatusAnchor } from './ledger-state.ts';
import type { PolicyEntry } from './policy-list.ts';
import type { NullifierRun } from './recent-nullifiers.ts';
import { RootIndex } from './root-index.ts';
import { ROWS_PER_PAGE, WORDS_PER_ROW, type Author } from './root-row.ts';
import type { TrustEntry } from './trust-list.ts';

export interface Snapshot {
  readonly state: LedgerState;
  readonly statusLists: StatusLists;
}

type RunHead = Omit<NullifierRun, 'nullifiers'> & { readonly byteLength: number };
type ListHead = Omit<AcceptedList, 'list'> & { readonly bits: StatusBits; readonly byteLength: number };

interface SnapshotHead {
  readonly acts: readonly ActAnchor[];
  readonly authors: readonly Author[];
  readonly head: Head;
  readonly lastChange: Head;
  readonly pairs: readonly ConversionPair[];
  readonly policies: readonly PolicyEntry[];
  readonly recent: readonly RunHead[];
  readonly roots: number;
  readonly sets: readonly (Omit<AcceptedSet, 'lists'> & { readonly lists: readonly ListHead[] })[];
  readonly statusAnchors: readonly StatusAnchor[];
  readonly trust: readonly TrustEntry[];
  readonly version: number;
}

const MAGIC = toUtf8('HCLS3\0\0\0');
const JSON_AT = MAGIC.length + 4;
const PAGE_BYTES = ROWS_PER_PAGE * WORDS_PER_ROW * 4;
const ROW_BYTES = WORDS_PER_ROW * 4;
const DIGEST_BYTES = 32;

export function encodeSnapshot(crypto: Crypto, snapshot: Snapshot): Uint8Array {
  return concatBytes(...snapshotParts(crypto, snapshot));
}

/** The parts that one after the other make a snapshot; lent until the state changes. */
export function snapshotParts(crypto: Crypto, { state, statusLists }: Snapshot): readonly Uint8Array[] {
  const { size, pages, authors } = state.roots.rows;
  const sets = [...statusLists.sets()];
  const recent = [...state.conversions.recent()];
  const head: SnapshotHead = {
    acts: state.acts,
    authors,
    head: state.head,
    lastChange: state.lastChange,
    pairs: [...state.conversions.pairs()],
    policies: state.policies.history,
    recent: recent.map(({ nullifiers, ...run }) => ({ ...run, byteLength: nullifiers.length })),
    roots: size,
    sets: sets.map((set) => ({ ...set, lists: set.lists.map(toListHead) })),
    statusAnchors: [...state.statusAnchors.values()],
    trust: state.trust.history,
    version: state.version,
  };
  const arrays = [
    ...sets.flatMap(({ lists }) => lists.map(({ list }) => list.bytes)),
    ...recent.map(({ nullifiers }) => nullifiers),
  ];
  const first = encodeHead(head);
  const digests = [
    crypto.sha256(first),
    ...pages.map((page) => digestOfPage(crypto, page)),
    ...arrays.map((array) => crypto.sha256(array)),
  ];
  return [first, ...pages.map(toLittleEndian), ...arrays, crypto.sha256(concatBytes(...digests))];
}

function encodeHead(head: SnapshotHead): Uint8Array {
  const json = toUtf8(toCanonicalJson(withoutBigints(head)));
  const bytes = new Uint8Array(toMultipleOf4(JSON_AT + json.length));
  bytes.set(MAGIC);
  viewOf(bytes).setUint32(MAGIC.length, json.length);
  bytes.set(json, JSON_AT);
  return bytes;
}

/** By page object; full pages never change. */
const digestsOfFullPages = new WeakMap<Uint32Array, Uint8Array>();

function digestOfPage(crypto: Crypto, page: Uint32Array): Uint8Array {
  const known = digestsOfFullPages.get(page);
  if (known !== undefined) return known;
  const digest = crypto.sha256(toLittleEndian(page));
  if (page.length * 4 === PAGE_BYTES) digestsOfFullPages.set(page, digest);
  return digest;
}

/**
 * Throws `SNAPSHOT_INVALID` for anything that {@link encodeSnapshot} did not write. The state lives in `bytes`,
 * which nobody may write to afterwards.
 */
export function decodeSnapshot(crypto: Crypto, bytes: Uint8Array): Snapshot {
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  if (body.length < JSON_AT || !equalBytes(body.subarray(0, MAGIC.length), MAGIC)) {
    throw new SnapshotError('SNAPSHOT_INVALID', 'not a snapshot of this version');
  }
  try {
    return readParts(crypto, body, bytes.subarray(body.length));
  } catch (cause) {
    if (cause instanceof SnapshotError) throw cause;
    throw new SnapshotError('SNAPSHOT_INVALID', 'the snapshot does not hold together', { cause });
  }
}

function readParts(crypto: Crypto, body: Uint8Array, digest: Uint8Array): Snapshot {
  const jsonEnd = JSON_AT + viewOf(body).getUint32(MAGIC.length);
  const rowsAt = toMultipleOf4(jsonEnd);
  const head = parseHead(body.subarray(JSON_AT, jsonEnd));
  invariant(head.roots * ROW_BYTES <= body.length, 'no more rows than bytes for them');
  const ends = [rowsAt, ...pageEnds(rowsAt, head.roots)];
  for (const { byteLength } of [...head.sets.flatMap(({ lists }) => lists), ...head.recent])
    ends.push((ends.at(-1) ?? 0) + byteLength);
  const parts = ends.map((end, i) => body.subarray(i === 0 ? 0 : ends[i - 1], end));
  const digests = parts.map((part) => crypto.sha256(part));
  if (ends.at(-1) !== body.length || !equalBytes(crypto.sha256(concatBytes(...digests)), digest)) {
    throw new SnapshotError('SNAPSHOT_INVALID', 'the snapshot is damaged');
  }
  const pages = parts.slice(1, 1 + Math.ceil(head.roots / ROWS_PER_PAGE)).map(fromLittleEndian);
  pages.forEach((page, i) => {
    // The part of this page is after the head's.
    if (page.length * 4 === PAGE_BYTES) digestsOfFullPages.set(page, digests[1 + i]!);
  });
  const roots = RootIndex.restore({ size: head.roots, pages, authors: head.authors });
  const arrays = parts.slice(1 + pages.length);
  const recent = head.recent.map((run, i) => {
    const nullifiers = arrays.at(i - head.recent.length);
    invariant(nullifiers !== undefined, 'there is one for each run');
    return { ...run, nullifiers };
  });
  return {
    state: LedgerState.restore({ ...head, roots, conversions: { pairs: head.pairs, recent } }),
    statusLists: readLists(head, arrays),
  };
}

/** What it says is believed once the digest holds; until then it only says where to look for the parts. */
function parseHead(json: Uint8Array): SnapshotHead {
  return withBigints(parseCanonicalJson(json)) as SnapshotHead; // the digest is checked before it is used
}

function pageEnds(rowsAt: number, rows: number): readonly number[] {
  return Array.from({ length: Math.ceil(rows / ROWS_PER_PAGE) }, (_, page) =>
    Math.min(rowsAt + (page + 1) * PAGE_BYTES, rowsAt + rows * ROW_BYTES),
  );
}

function readLists({ sets }: SnapshotHead, arrays: readonly Uint8Array[]): StatusLists {
  let next = 0;
  return new StatusLists(
    sets.map((set) => ({
      ...set,
      lists: set.lists.map(({ bits, byteLength, ...list }) => {
        const array = arrays[next++]?.slice() ?? new Uint8Array(byteLength); // there is one for each list
        return { ...list, list: new StatusList(bits, array) };
      }),
    })),
  );
}

function toListHead({ list, ...head }: AcceptedList): ListHead {
  return { ...head, bits: list.bits, byteLength: list.bytes.length };
}

function toMultipleOf4(length: number): number {
  return (length + 3) & ~3;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The chain id of `Predecessor` is the only bigint among the events: as `{"bigint":"1337"}`. */
function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: String(value) };
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutBigints(member)]));
}

function withBigints(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBigints);
  if (typeof value !== 'object' || value === null) return value;
  if ('bigint' in value) return BigInt(String(value.bigint));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withBigints(member)]));
}
