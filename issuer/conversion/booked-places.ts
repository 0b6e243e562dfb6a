/** Booked places for people who come with a code of elsewhere: the booking desk, asked in the words of conversions. */
import { toDate } from '../../core/policy/civil-day.ts';
import type { BookingDesk } from '../../booking/desk.ts';
import { today } from '../../booking/window.ts';
import type { Clock } from '../../service/clock.ts';
import type { QuotaPort } from './decision-ports.ts';

/** Where a place counts as used that no gate has seen. */
const LANE = 'conversion';
/** Whoever names no port has none that a booking could be for. */
const NO_PORT = '';

export function bookedPlaces(desk: Pick<BookingDesk, 'consume' | 'keys'>, now: Clock): QuotaPort {
  return {
    async consume(reference, { subject, port = NO_PORT, date = dateAt(now), conversion }) {
      const present = [desk.keys.ofDocument(subject)];
      return await desk.consume(reference, { port, date, lane: LANE, present, conversion });
    },
  };
}

function dateAt(now: Clock): string {
  return toDate(today(Math.floor(now() / 1000)));
}
