/**
 * The log: one entry for every change of a booking, in the order of the changes, without anything of the people. From
 * it alone an auditor derives all counts again (`audit.ts`):
 *
 *   { "number": 17, "step": 1, "atSeconds": 1671610000, "programme": "RETURN2HK", "port": "SZB",
 *     "date": "2022-12-23", "people": 2, "quota": 3000, "from": "held", "to": "confirmed" }
 *
 * Numbers and steps have no gaps, so an entry that was taken out is missed.
 */
import type { Booking, BookingState, Slot } from './booking.ts';

export interface LogEntry extends Slot {
  /** Of the booking. */
  readonly number: number;
  readonly step: number;
  readonly atSeconds: number;
  readonly people: number;
  /** What held for the slot then. */
  readonly quota: number;
  /** Absent: the booking was made. */
  readonly from?: BookingState;
  readonly to: BookingState;
}

export function logEntryOf(
  booking: Booking,
  {
    from,
    quota,
    atSeconds,
  }: Pick<LogEntry, 'quota' | 'atSeconds'> & { readonly from?: BookingState | undefined },
): LogEntry {
  const { number, step, programme, port, date, party, state: to } = booking;
  const entry = { number, step, atSeconds, programme, port, date, people: party.length, quota };
  return from === undefined ? { ...entry, to } : { ...entry, from, to };
}
