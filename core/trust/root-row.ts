/**
 * How the index of roots keeps an anchor: a row of ten 32-bit words, in pages of 4,096 rows.
 *
 *   0-7  root, 32 bytes as big-endian words
 *   8    time of the block, Unix seconds
 *   9    author, 16 bits ‖ class, 1 ‖ log2 size - 6, 3 ‖ sequence offset, 12
 *
 * The batches of an issuer are numbered 1, 2, 3 … without gaps, so a row keeps its sequence only as the
 * distance to the issuer's last one before the page.
 */
import { MAX_LOG2_SIZE, MIN_LOG2_SIZE } from '../commitment/batch.ts';
import { BATCH_CLASSES, type BatchClass } from '../credential/credential-type.ts';
import { LedgerStateError } from './errors.ts';
import type { Hex } from './ledger-event.ts';

/** Who anchored: rows refer to it by its place among all authors. */
export interface Author {
  readonly issuer: Hex;
  readonly account: Hex;
}

/** All rows as they lie in memory, for snapshots. */
export interface RootRows {
  /** Number of rows. */
  readonly size: number;
  /** As long as its rows, the last one too. */
  readonly pages: readonly Uint32Array[];
  readonly authors: readonly Author[];
}

export const ROWS_PER_PAGE = 4096;
export const WORDS_PER_ROW = 10;
export const ROOT_WORDS = 8;
export const TIME = 8;
export const REST = 9;
export const MAX_AUTHORS = 65_536;

export function packRest(row: {
  readonly author: number;
  readonly class: BatchClass;
  readonly log2Size: number;
  readonly offset: number;
}): number {
  const size = (BATCH_CLASSES.indexOf(row.class) << 3) | (row.log2Size - MIN_LOG2_SIZE);
  return ((row.author << 16) | (size << 12) | row.offset) >>> 0;
}

export function authorOf(rest: number): number {
  return rest >>> 16;
}

export function classOf(rest: number): BatchClass {
  return BATCH_CLASSES[(rest >>> 15) & 1]!; // there are two
}

export function log2SizeOf(rest: number): number {
  return ((rest >>> 12) & 7) + MIN_LOG2_SIZE;
}

export function offsetOf(rest: number): number {
  return rest & 0xfff;
}

/**
 * How many rows of a page each issuer has that has any.
 *
 * Throws `LEDGER_STATE_INCONSISTENT` for rows of nobody, rows that do not count up, and sizes that no batch has.
 */
export function countByIssuer(page: Uint32Array, authors: readonly Author[]): ReadonlyMap<Hex, number> {
  const issuers = [...new Set(authors.map(({ issuer }) => issuer))];
  const numberOf = new Map(issuers.map((issuer, number) => [issuer, number]));
  const issuerOfAuthor = authors.map(({ issuer }) => numberOf.get(issuer)!); // every issuer has a number
  const counts = new Uint32Array(issuers.length);
  for (let at = REST; at < page.length; at += WORDS_PER_ROW) {
    const rest = page[at]!; // below the length
    const issuer = issuerOfAuthor[authorOf(rest)] ?? Number.NaN;
    const count = counts[issuer];
    if (count === undefined || offsetOf(rest) !== count || log2SizeOf(rest) > MAX_LOG2_SIZE) {
      throw impossibleBatch();
    }
    counts[issuer] = count + 1;
  }
  const found = issuers.map((issuer, number) => [issuer, counts[number] ?? 0] as const);
  return new Map(found.filter(([, count]) => count > 0));
}

export function impossibleBatch(): LedgerStateError {
  return new LedgerStateError('LEDGER_STATE_INCONSISTENT', 'the ledger speaks of an impossible batch');
}
