/** A booking as it is shown to who holds its reference. */
import type { Booking, BookingState, Relation } from './booking.ts';
import type { Place } from './judge-use.ts';

/** So long before a hold ends it is time to warn (WCAG 2.2.1 asks for at least 20 s). */
export const WARN_SECONDS = 60;

export interface MemberView extends Place {
  readonly relation: Relation;
  readonly used?: { readonly atSeconds: number; readonly lane: string };
  readonly absent?: true;
}

export interface BookingView {
  readonly reference: string;
  readonly programme: string;
  readonly port: string;
  readonly date: string;
  readonly state: BookingState;
  readonly party: readonly MemberView[];
  /** While it is held: when the place is given back unless it is confirmed. */
  readonly heldUntilSeconds?: number;
  readonly warnAtSeconds?: number;
  readonly mayExtend?: boolean;
  /** While it waits for a place: 1 = next. */
  readonly position?: number;
  /** While it waits for a draw: its number in it, what it is drawn by, and SHA-256 of the seed. */
  readonly ballot?: { readonly entry: number; readonly ticket: string; readonly commitment: string };
  /** The reference that holds instead. */
  readonly changedTo?: string;
}

export function viewOf(
  booking: Booking,
  more: Pick<BookingView, 'position' | 'ballot' | 'changedTo'> = {},
): BookingView {
  const { reference, programme, port, date, state, party, heldUntil, extended } = booking;
  const shown = { reference, programme, port, date, state, party: party.map(toMemberView), ...more };
  if (state !== 'held' || heldUntil === undefined) return shown;
  return {
    ...shown,
    heldUntilSeconds: heldUntil,
    warnAtSeconds: heldUntil - WARN_SECONDS,
    mayExtend: extended === undefined,
  };
}

function toMemberView({ relation, use, absent }: Booking['party'][number], index: number): MemberView {
  return {
    position: index + 1,
    relation,
    ...(use === undefined ? {} : { used: { atSeconds: use.atSeconds, lane: use.lane } }),
    ...(absent === undefined ? {} : { absent }),
  };
}
