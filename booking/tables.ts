/**
 * What the booking keeps in the store of its authority's service, so that a place and what it is used for are one
 * commit. Tags are for ever; those of the issuer's own tables stand in `issuer/store.ts`.
 *
 * | tag | table    | key → value                                                             |
 * |-----|----------|-------------------------------------------------------------------------|
 * | 100 | bookings | booking number u64 → JSON, see `booking.ts`; gone when its time is over   |
 * | 101 | log      | order u64 → JSON, see `log-entry.ts`: never changed, never deleted        |
 * | 102 | ballots  | slot, text → JSON, see `ballot.ts`; gone with its bookings                |
 */
import { fromUtf8, toUtf8 } from '../core/bytes/utf8.ts';
import { toUint64 } from '../service/big-endian.ts';
import { defineTables, type TableSpec, type WriteBatch } from '../service/store.ts';
import type { Ballot } from './ballot.ts';
import { slotKeyOf, type Booking, type Slot } from './booking.ts';
import type { LogEntry } from './log-entry.ts';

export const BOOKING_TABLES: Readonly<Record<'bookings' | 'log' | 'ballots', TableSpec>> = defineTables({
  bookings: { tag: 100, format: 1 },
  log: { tag: 101, format: 1 },
  ballots: { tag: 102, format: 1 },
});

export function putBooking(batch: WriteBatch, booking: Booking): void {
  batch.put(BOOKING_TABLES.bookings, toUint64(booking.number), toUtf8(JSON.stringify(booking)));
}

export function putLogEntry(batch: WriteBatch, order: number, entry: LogEntry): void {
  batch.put(BOOKING_TABLES.log, toUint64(order), toUtf8(JSON.stringify(entry)));
}

export function putBallot(batch: WriteBatch, ballot: Ballot): void {
  batch.put(BOOKING_TABLES.ballots, toUtf8(slotKeyOf(ballot)), toUtf8(JSON.stringify(ballot)));
}

export function deleteBallot(batch: WriteBatch, slot: Slot): void {
  batch.delete(BOOKING_TABLES.ballots, toUtf8(slotKeyOf(slot)));
}

/** What {@link putBooking} wrote. */
export function readBooking(value: Uint8Array): Booking {
  return parse(value) as Booking;
}

/** What {@link putLogEntry} wrote. */
export function readLogEntry(value: Uint8Array): LogEntry {
  return parse(value) as LogEntry;
}

/** What {@link putBallot} wrote. */
export function readBallot(value: Uint8Array): Ballot {
  return parse(value) as Ballot;
}

function parse(value: Uint8Array): unknown {
  return JSON.parse(fromUtf8(value) ?? '');
}
