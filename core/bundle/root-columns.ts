/**
 * Sections of roots on their way to a device, column by column: what differs from row to row by little then takes
 * little, and the roots, which nothing makes smaller, are not compressed at all.
 *
 *   section      rows of root 32 or 20 ‖ account 20 ‖ time u64 ‖ sequence u64 ‖ log2 size u8   (`section-reader.ts`)
 *   columns      accounts varint, 20 bytes each ‖ account of each row, u8, where there are several
 *                ‖ time since the row before, varint each ‖ sequence since the row before, less one, varint each
 *                ‖ log2 size of each row, u8
 *   roots        one after the other
 *
 * Time and sequence only grow within a section; the first row counts from 0.
 */
import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { writeVarint } from '../bytes/varint.ts';
import { CUT_ROOT_BYTES } from '../trust/section-reader.ts';
import { BundleError } from './errors.ts';
import { isShortSection } from './held-sections.ts';

const ROOT_BYTES = 32;
const ADDRESS_BYTES = 20;
const REST_BYTES = ADDRESS_BYTES + 8 + 8 + 1;
/** Rows of one section name few accounts; a part has 1,024 rows at most. */
const MAX_ACCOUNTS = 255;
export const MAX_ROWS = 1024;

/** One anchor of a section. */
export interface RootRow {
  /** 32 or 20 bytes. */
  readonly root: Uint8Array;
  readonly account: Uint8Array;
  readonly timeSeconds: number;
  readonly sequence: number;
  readonly log2Size: number;
}

/** Where columns and roots go. */
export interface ColumnWriters {
  readonly columns: ByteWriter;
  readonly roots: ByteWriter;
}

export interface ColumnReaders {
  readonly columns: ByteReader;
  readonly roots: ByteReader;
}

export function isRootSection(name: string): boolean {
  return name.startsWith('roots/long/') || isShortSection(name);
}

/** Bytes of a root in the section of this name. */
export function rootBytesOf(name: string): number {
  return isShortSection(name) ? CUT_ROOT_BYTES : ROOT_BYTES;
}

export function rowBytesOf(name: string): number {
  return rootBytesOf(name) + REST_BYTES;
}

/** The rows of a section; throws a `BytesError` for anything but whole rows. */
export function readRows(name: string, section: Uint8Array): readonly RootRow[] {
  const input = new ByteReader(section);
  const rows: RootRow[] = [];
  while (input.left > 0) {
    rows.push({
      root: input.raw(rootBytesOf(name)),
      account: input.raw(ADDRESS_BYTES),
      timeSeconds: input.u64(),
      sequence: input.u64(),
      log2Size: input.u8(),
    });
  }
  return rows;
}

/** Writes the rows of a section from row `from` on. */
export function writeColumns(
  out: ColumnWriters,
  rows: readonly RootRow[],
  { from }: { readonly from: number },
): void {
  const { columns, roots } = out;
  const sent = rows.slice(from);
  const accounts = accountsOf(sent);
  columns.raw(writeVarint(accounts.length));
  for (const account of accounts) columns.raw(account);
  if (accounts.length > 1) for (const { account } of sent) columns.u8(placeOf(accounts, account));
  let previous = rows[from - 1] ?? { timeSeconds: 0, sequence: 0 };
  const deltas = sent.map((row) => {
    const delta = {
      time: row.timeSeconds - previous.timeSeconds,
      sequence: row.sequence - previous.sequence,
    };
    previous = row;
    return delta;
  });
  for (const { time } of deltas) columns.raw(writeVarint(time));
  for (const { sequence } of deltas) columns.raw(writeVarint(sequence - 1));
  for (const { log2Size } of sent) columns.u8(log2Size);
  for (const { root } of sent) roots.raw(root);
}

/** `count` rows of a section that follow `held`, as the section has them. Throws `BUNDLE_MALFORMED` or a `BytesError`. */
export function readColumns(
  { columns, roots }: ColumnReaders,
  { name, held, count }: { readonly name: string; readonly held: Uint8Array; readonly count: number },
): Uint8Array {
  const rootBytes = rootBytesOf(name);
  const accountCount = columns.varint();
  if (accountCount > MAX_ACCOUNTS || count > MAX_ROWS) throw malformed();
  const accounts = Array.from({ length: accountCount }, () => columns.raw(ADDRESS_BYTES));
  const authors = Array.from({ length: count }, () => (accountCount > 1 ? columns.u8() : 0));
  const times = Array.from({ length: count }, () => columns.varint());
  const sequences = Array.from({ length: count }, () => columns.varint());
  const last = held.length === 0 ? undefined : readRows(name, held.subarray(-rowBytesOf(name)))[0];
  let timeSeconds = last?.timeSeconds ?? 0;
  let sequence = last?.sequence ?? 0;
  const out = new ByteWriter();
  for (let row = 0; row < count; row++) {
    const account = accounts[authors[row] ?? 0];
    if (account === undefined) throw malformed();
    timeSeconds += times[row] ?? 0; // a column has `count` entries
    sequence += (sequences[row] ?? 0) + 1;
    out.raw(roots.raw(rootBytes)).raw(account).u64(timeSeconds).u64(sequence).u8(columns.u8());
  }
  return out.bytes;
}

function accountsOf(rows: readonly RootRow[]): readonly Uint8Array[] {
  const accounts: Uint8Array[] = [];
  for (const { account } of rows) if (placeOf(accounts, account) < 0) accounts.push(account);
  return accounts;
}

function placeOf(accounts: readonly Uint8Array[], account: Uint8Array): number {
  return accounts.findIndex((known) => known.every((byte, i) => byte === account[i]));
}

function malformed(): BundleError {
  return new BundleError('BUNDLE_MALFORMED', 'not rows of roots');
}
