/** Whether a booking lets these people through here and now: the rules of the gate, without clock or store. */
import { BookingError } from './errors.ts';
import type { BookingProblemCode } from './texts.ts';
import type { Booking, BookingState, Member, Relation, Use } from './booking.ts';

export interface UseRequest {
  readonly port: string;
  /** The day that it is at the gate. */
  readonly date: string;
  readonly lane: string;
  /** Who is there, as subjects; absent: all of the party. A conversion names the one whose code it converts. */
  readonly present?: readonly string[];
  /** Whom the officer lets stay behind, by their place in the party from 1 on. */
  readonly absent?: readonly number[];
  readonly scan?: string;
  readonly conversion?: string;
}

/** Somebody of a party: names are not known here, so it is their place, from 1 on, and who they are to the applicant. */
export interface Place {
  readonly position: number;
  readonly relation: Relation;
}

export interface UseFinding {
  /** Of a place that is used: when and where. */
  readonly used?: Pick<Use, 'atSeconds' | 'lane'>;
  readonly bookedFor?: { readonly port: string; readonly date: string };
  readonly missing?: readonly Place[];
}

/** Why a booking is of no use here, with what an officer needs to know. */
export class UseRefused extends BookingError {
  readonly finding: UseFinding;

  constructor(code: BookingProblemCode, message: string, finding: UseFinding = {}) {
    super(code, message);
    this.finding = finding;
  }
}

/** Positions whose places are used now, from 1 on; none when this very use is there already. */
export interface Judged {
  readonly used: readonly number[];
  readonly absent: readonly number[];
}

interface Seat extends Place {
  readonly member: Member;
}

/** Throws {@link UseRefused}. */
export function judgeUse(booking: Booking, request: UseRequest): Judged {
  const seats = booking.party.map((member, index) => ({
    position: index + 1,
    relation: member.relation,
    member,
  }));
  const going = seatsOf(seats, request);
  if (isRepeated(going, request)) return { used: [], absent: [] };
  checkState(booking.state, going);
  checkPlace(booking, request);
  const gone = going.find(({ member }) => member.use !== undefined);
  if (gone !== undefined) throw alreadyUsed(gone.member);
  const rest = seats.filter((seat) => !going.includes(seat) && isExpected(seat));
  if (going.length === 0) throw missing(rest);
  if (request.conversion === undefined) checkAllHere(rest, request);
  const absent = request.conversion === undefined ? rest.map(({ position }) => position) : [];
  return { used: going.map(({ position }) => position), absent };
}

/** Why a booking in this state is not one to work with. */
export function stateCode(state: BookingState): BookingProblemCode {
  const codes = {
    waiting: 'BOOKING_WAITING',
    held: 'BOOKING_HELD',
    confirmed: 'BOOKING_CONFIRMED',
    changed: 'BOOKING_CHANGED',
    cancelled: 'BOOKING_CANCELLED',
    used: 'BOOKING_USED',
    noShow: 'BOOKING_NO_SHOW',
    expired: 'BOOKING_EXPIRED',
  } as const;
  return codes[state];
}

/** Those for whom it is asked. */
function seatsOf(seats: readonly Seat[], { present, absent = [] }: UseRequest): readonly Seat[] {
  if (present === undefined) {
    const expected = seats.filter((seat) => isExpected(seat));
    if (expected.length === 0) return seats.filter(({ member }) => member.use !== undefined);
    return expected.filter(({ position }) => !absent.includes(position));
  }
  const strangers = present.filter((subject) => !seats.some(({ member }) => member.subject === subject));
  if (strangers.length > 0) {
    throw new UseRefused('BOOKING_NOT_IN_PARTY', `${strangers.length} of those here are not in the booking`);
  }
  return seats.filter(({ member }) => present.includes(member.subject));
}

/** Their place waits for them. */
function isExpected({ member }: Seat): boolean {
  return member.use === undefined && member.absent === undefined;
}

/** Whoever asks did not hear our answer and asks again. */
function isRepeated(going: readonly Seat[], { scan, conversion, lane }: UseRequest): boolean {
  return (
    going.length > 0 &&
    going.every(({ member: { use } }) => {
      if (use?.lane !== lane) return false;
      return conversion === undefined
        ? scan !== undefined && use.scan === scan
        : use.conversion === conversion;
    })
  );
}

function checkState(state: BookingState, going: readonly Seat[]): void {
  if (state === 'confirmed') return;
  const used = going.find(({ member }) => member.use !== undefined);
  if (state === 'used' && used !== undefined) throw alreadyUsed(used.member);
  throw new UseRefused(stateCode(state), `the booking is ${state}`);
}

function checkPlace({ port, date }: Booking, request: UseRequest): void {
  const bookedFor = { port, date };
  if (port !== request.port) throw new UseRefused('BOOKING_WRONG_PORT', `it is for ${port}`, { bookedFor });
  if (date !== request.date) throw new UseRefused('BOOKING_WRONG_DATE', `it is for ${date}`, { bookedFor });
}

/** All others have gone, or are let stay behind; an applicant is not. */
function checkAllHere(rest: readonly Seat[], { absent = [] }: UseRequest): void {
  const lacking = rest.filter(
    ({ position, relation }) => relation === 'applicant' || !absent.includes(position),
  );
  if (lacking.length > 0) throw missing(lacking);
}

function missing(seats: readonly Seat[]): UseRefused {
  const places = seats.map(({ position, relation }) => ({ position, relation }));
  const named = places.map(({ position, relation }) => `${position} (${relation})`).join(', ');
  return new UseRefused('BOOKING_COMPANION_MISSING', `of the party are missing: ${named}`, {
    missing: places,
  });
}

function alreadyUsed({ use }: Member): UseRefused {
  if (use === undefined) return new UseRefused('BOOKING_USED', 'the place is used already');
  const { atSeconds, lane } = use;
  const at = new Date(atSeconds * 1000).toISOString();
  return new UseRefused('BOOKING_USED', `used ${at} in lane ${lane}`, { used: { atSeconds, lane } });
}
