/** What somebody asks for, checked against the programmes and the clock before anything is changed. */
import { isCalendarDate } from '../core/record/calendar.ts';
import { toDate } from '../core/policy/civil-day.ts';
import type { Relation, RequestName, Slot } from './booking.ts';
import { knowsPort, quotaOn } from './capacity.ts';
import { BookingError } from './errors.ts';
import type { Programme, Programmes } from './programme.ts';
import { isOpen, today, windowOf, type Window } from './window.ts';

export interface NewMember {
  readonly subject: string;
  readonly relation: Relation;
}

export interface BookingRequest extends Slot {
  /** The applicant first. */
  readonly party: readonly NewMember[];
  /** When the quota is full: wait for a place that comes back. */
  readonly wait?: boolean;
  /** Makes it safe to send again. */
  readonly request?: RequestName;
}

/** A slot that may be booked now. */
export interface OpenSlot extends Slot {
  readonly allocation: Programme['allocation'];
  readonly terms: Programme;
  readonly quota: number;
  readonly window: Window;
}

/** Throws the code that says why the slot cannot be booked now. */
export function openSlot(programmes: Programmes, slot: Slot, nowSeconds: number): OpenSlot {
  const terms = programmeOf(programmes, slot.programme);
  const { programme, port, date } = slot;
  if (!knowsPort(terms, port))
    throw new BookingError('BOOKING_PORT_UNKNOWN', 'no such port in this programme');
  if (!isCalendarDate(date) || date < toDate(today(nowSeconds))) {
    throw new BookingError('BOOKING_DATE_INVALID', 'a date of travel is today or later');
  }
  const quota = quotaOn(terms, port, date)?.perDay ?? 0;
  if (quota === 0) throw new BookingError('BOOKING_NO_QUOTA', 'no places at this port on this date');
  const window = windowOf(terms, date, nowSeconds);
  if (window === undefined || !isOpen(window, nowSeconds)) throw closed(window);
  return { programme, port, date, allocation: terms.allocation, terms, quota, window };
}

/** Throws `BOOKING_PROGRAMME_UNKNOWN`. */
export function programmeOf(programmes: Programmes, id: string): Programme {
  const programme = programmes.get(id);
  if (programme === undefined) throw new BookingError('BOOKING_PROGRAMME_UNKNOWN', 'no such programme');
  return programme;
}

/** Throws `BOOKING_PARTY_INVALID`, `BOOKING_PARTY_TOO_LARGE`. */
export function checkParty(party: readonly NewMember[], { maxParty }: Programme): void {
  const applicants = party.filter(({ relation }) => relation === 'applicant');
  const subjects = new Set(party.map(({ subject }) => subject));
  if (party[0]?.relation !== 'applicant' || applicants.length !== 1 || subjects.size !== party.length) {
    throw new BookingError('BOOKING_PARTY_INVALID', 'one applicant, first, and each person once');
  }
  if (party.length > maxParty) {
    throw new BookingError('BOOKING_PARTY_TOO_LARGE', `at most ${maxParty} people, the applicant included`);
  }
}

function closed(window: Window | undefined): BookingError {
  const opens = window === undefined ? '' : `: it opens ${new Date(window.opensAt * 1000).toISOString()}`;
  const closes = window === undefined ? '' : `, closes ${new Date(window.closesAt * 1000).toISOString()}`;
  return new BookingError('BOOKING_WINDOW_CLOSED', `the date cannot be booked now${opens}${closes}`);
}
