/** What must hold of a booking before it is changed. */
import { toDate } from '../core/policy/civil-day.ts';
import type { Booking } from './booking.ts';
import { BookingError } from './errors.ts';
import { stateCode, UseRefused } from './judge-use.ts';
import { today } from './window.ts';

/** It is in a state in which what is asked cannot be done. */
export function inState(booking: Booking): BookingError {
  return new BookingError(stateCode(booking.state), `the booking is ${booking.state}`);
}

/** Throws unless it is confirmed, nobody of the party has gone, and its day is not over. */
export function checkUnused(booking: Booking, nowSeconds: number): void {
  if (booking.state !== 'confirmed') throw inState(booking);
  const gone = booking.party.find(({ use }) => use !== undefined)?.use;
  if (gone !== undefined) {
    const { atSeconds, lane } = gone;
    throw new UseRefused('BOOKING_USED', 'some of the party have gone', { used: { atSeconds, lane } });
  }
  checkDay(booking, nowSeconds);
}

/** Throws when its day is over: that it is closed comes later. */
export function checkDay({ date }: Booking, nowSeconds: number): void {
  if (date < toDate(today(nowSeconds))) throw new UseRefused('BOOKING_NO_SHOW', 'its day is over');
}
