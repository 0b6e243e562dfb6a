/** A booking with what only its office knows: its place in the queue, its draw, the reference that holds instead. */
import { slotKeyOf, type Booking } from './booking.ts';
import type { Office } from './office.ts';
import { viewOf, type BookingView } from './view.ts';

export function shownBy({ register, ballots, keys }: Office, booking: Booking): BookingView {
  if (booking.changedTo !== undefined) {
    const next = register.byNumber(booking.changedTo);
    return viewOf(booking, next === undefined ? {} : { changedTo: next.reference });
  }
  if (booking.state !== 'waiting') return viewOf(booking);
  const ballot = ballots.get(slotKeyOf(booking));
  if (ballot === undefined) return viewOf(booking, { position: register.positionOf(booking) });
  const { commitment } = ballot;
  return viewOf(booking, { ballot: { entry: booking.number, ticket: keys.ticketOf(booking), commitment } });
}
