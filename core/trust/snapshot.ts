/**
 * Ledger state and status lists in one file: what a verifier hands to another process, which then checks
 * codes without a ledger. It proves nothing by itself: it is read only from where we wrote it.
 *
 *   "HCLS1\0" ‖ u32 length of the JSON ‖ canonical JSON
 *   ‖ roots, 40 bytes each: root 32 ‖ time u32 ‖ author u16 ‖ log2 size u8 ‖ class u8
 *   ‖ the arrays of the status lists, one after the other
 *   ‖ SHA-256 of all before
 *
 * The JSON holds `trust` (the events, from which the list is folded again), `authors` (issuer and account of
 * the roots), `roots` (their number), `statusAnchors`, `actSequences`, `sets` (status lists without their
 * arrays), `head` and `version`. Numbers are big endian.
 */
import { concatBytes } from '../bytes/concat.ts';
import { parseCanonicalJson, toCanonicalJson } from '../bytes/canonical-json.ts';
import { equalBytes } from '../bytes/equal.ts';
import { fromHex, toHex, type Hex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { BATCH_CLASSES } from '../credential/credential-type.ts';
import type { Crypto } from '../crypto.ts';
import { StatusLists, type AcceptedList, type AcceptedSet } from '../status/accepted-lists.ts';
import { StatusList, type StatusBits } from '../status/token-status-list.ts';
import { SnapshotError } from './errors.ts';
import { LedgerState, type Head, type StatusAnchor } from './ledger-state.ts';
import type { RootAnchor, RootIndex } from './root-index.ts';
import type { TrustEntry } from './trust-list.ts';

export interface Snapshot {
  readonly state: LedgerState;
  readonly statusLists: StatusLists;
}

interface Author {
  readonly issuer: Hex;
  readonly account: Hex;
}

type ListHead = Omit<AcceptedList, 'list'> & { readonly bits: StatusBits; readonly byteLength: number };

interface SnapshotHead {
  readonly actSequences: readonly { readonly issuer: Hex; readonly sequence: number }[];
  readonly authors: readonly Author[];
  readonly head: Head;
  readonly roots: number;
  readonly sets: readonly (Omit<AcceptedSet, 'lists'> & { readonly lists: readonly ListHead[] })[];
  readonly statusAnchors: readonly StatusAnchor[];
  readonly trust: readonly TrustEntry[];
  readonly version: number;
}

const MAGIC = toUtf8('HCLS1\0');
const JSON_AT = MAGIC.length + 4;
const ROW_BYTES = 40;
const DIGEST_BYTES = 32;

export function encodeSnapshot(crypto: Crypto, { state, statusLists }: Snapshot): Uint8Array {
  const authors: Author[] = [];
  const rows = encodeRoots(state.roots, authors);
  const sets = [...statusLists.sets()];
  const head: SnapshotHead = {
    actSequences: Array.from(state.actSequences, ([issuer, sequence]) => ({ issuer, sequence })),
    authors,
    head: state.head,
    roots: state.roots.size,
    sets: sets.map((set) => ({ ...set, lists: set.lists.map(toListHead) })),
    statusAnchors: [...state.statusAnchors.values()],
    trust: state.trust.history,
    version: state.version,
  };
  const json = toUtf8(toCanonicalJson(withoutBigints(head)));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length);
  const arrays = sets.flatMap(({ lists }) => lists.map(({ list }) => list.bytes));
  const body = concatBytes(MAGIC, length, json, rows, ...arrays);
  return concatBytes(body, crypto.sha256(body));
}

/** Throws `SNAPSHOT_INVALID` for anything that {@link encodeSnapshot} did not write. */
export function decodeSnapshot(crypto: Crypto, bytes: Uint8Array): Snapshot {
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  if (body.length < JSON_AT || !equalBytes(body.subarray(0, MAGIC.length), MAGIC)) {
    throw new SnapshotError('SNAPSHOT_INVALID', 'not a snapshot of this version');
  }
  if (!equalBytes(crypto.sha256(body), bytes.subarray(body.length))) {
    throw new SnapshotError('SNAPSHOT_INVALID', 'the snapshot is damaged');
  }
  try {
    return readBody(body);
  } catch (cause) {
    throw new SnapshotError('SNAPSHOT_INVALID', 'the snapshot does not hold together', { cause });
  }
}

function readBody(body: Uint8Array): Snapshot {
  const rowsAt = JSON_AT + viewOf(body).getUint32(MAGIC.length);
  // The digest holds, so this is what encodeSnapshot wrote.
  const head = withBigints(parseCanonicalJson(body.subarray(JSON_AT, rowsAt))) as SnapshotHead;
  const listsAt = rowsAt + head.roots * ROW_BYTES;
  const state = LedgerState.restore({
    ...head,
    roots: decodeRoots(body.subarray(rowsAt, listsAt), head.authors),
    actSequences: head.actSequences.map(({ issuer, sequence }) => [issuer, sequence] as const),
  });
  let at = listsAt;
  const sets = head.sets.map((set) => ({
    ...set,
    lists: set.lists.map(({ bits, byteLength, ...list }) => {
      const array = body.slice(at, (at += byteLength));
      return { ...list, list: new StatusList(bits, array) };
    }),
  }));
  return { state, statusLists: new StatusLists(sets) };
}

function toListHead({ list, ...head }: AcceptedList): ListHead {
  return { ...head, bits: list.bits, byteLength: list.bytes.length };
}

/** Fills `authors` with those that the rows refer to. */
function encodeRoots(roots: RootIndex, authors: Author[]): Uint8Array {
  const ids = new Map<string, number>();
  const rows = new Uint8Array(roots.size * ROW_BYTES);
  const view = viewOf(rows);
  let at = 0;
  for (const { root, issuer, account, timeSeconds, log2Size, class: batchClass } of roots.anchors()) {
    const key = `${issuer} ${account}`;
    const author = ids.get(key) ?? authors.push({ issuer, account }) - 1;
    ids.set(key, author);
    rows.set(fromHex(root), at);
    view.setUint32(at + 32, timeSeconds);
    view.setUint16(at + 36, author);
    view.setUint8(at + 38, log2Size);
    view.setUint8(at + 39, BATCH_CLASSES.indexOf(batchClass));
    at += ROW_BYTES;
  }
  return rows;
}

/** An issuer's batches follow each other without gaps, so their numbers need not be kept. */
function* decodeRoots(rows: Uint8Array, authors: readonly Author[]): Generator<RootAnchor> {
  const view = viewOf(rows);
  const sequences = new Map<Hex, number>();
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const author = authors[view.getUint16(at + 36)];
    const batchClass = BATCH_CLASSES[view.getUint8(at + 39)];
    if (author === undefined || batchClass === undefined)
      throw new RangeError('a root without author or class');
    const sequence = (sequences.get(author.issuer) ?? 0) + 1;
    sequences.set(author.issuer, sequence);
    yield {
      root: toHex(rows.subarray(at, at + 32)),
      ...author,
      timeSeconds: view.getUint32(at + 32),
      log2Size: view.getUint8(at + 38),
      class: batchClass,
      sequence,
    };
  }
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
