/** What the desk should do, in the plainest way: a list of bookings, gone through again for every question. */
import type { BookingState } from '../../../booking/booking.ts';

export interface Place {
  readonly port: string;
  readonly date: string;
}

export interface ModelBooking extends Place {
  readonly people: number;
  state: BookingState;
  heldUntil: number;
  extended: boolean;
}

export interface ModelTerms {
  readonly quota: number;
  readonly holdSeconds: number;
  readonly extensionSeconds: number;
  readonly offerSeconds: number;
}

/** `done`, or the code that says why not. */
export type Outcome = string;

const CODES: Readonly<Record<BookingState, string>> = {
  waiting: 'BOOKING_WAITING',
  held: 'BOOKING_HELD',
  confirmed: 'BOOKING_CONFIRMED',
  changed: 'BOOKING_CHANGED',
  cancelled: 'BOOKING_CANCELLED',
  used: 'BOOKING_USED',
  noShow: 'BOOKING_NO_SHOW',
  expired: 'BOOKING_EXPIRED',
};

export class BookingModel {
  readonly bookings: ModelBooking[] = [];
  now: number;
  readonly #terms: ModelTerms;

  constructor(now: number, terms: ModelTerms) {
    this.now = now;
    this.#terms = terms;
  }

  taken({ port, date }: Place): number {
    return this.bookings
      .filter((one) => one.port === port && one.date === date)
      .filter(({ state }) => ['held', 'confirmed', 'used', 'noShow'].includes(state))
      .reduce((sum, { people }) => sum + people, 0);
  }

  book(place: Place, people: number, wait: boolean): Outcome {
    this.endHolds();
    const isHeld = this.#hasRoom(place, people);
    if (!isHeld && !wait) return 'BOOKING_FULL';
    this.bookings.push({
      ...place,
      people,
      state: isHeld ? 'held' : 'waiting',
      heldUntil: isHeld ? this.now + this.#terms.holdSeconds : 0,
      extended: false,
    });
    return 'done';
  }

  confirm(booking: ModelBooking): Outcome {
    this.endHolds();
    if (booking.state === 'confirmed') return 'done';
    if (booking.state !== 'held') return CODES[booking.state];
    booking.state = 'confirmed';
    return 'done';
  }

  extend(booking: ModelBooking): Outcome {
    this.endHolds();
    if (booking.state !== 'held') return CODES[booking.state];
    if (booking.extended) return 'BOOKING_ALREADY_EXTENDED';
    booking.extended = true;
    booking.heldUntil += this.#terms.extensionSeconds;
    return 'done';
  }

  cancel(booking: ModelBooking): Outcome {
    this.endHolds();
    if (booking.state === 'cancelled') return 'done';
    if (!['waiting', 'held', 'confirmed'].includes(booking.state)) return CODES[booking.state];
    booking.state = 'cancelled';
    this.offer(booking);
    return 'done';
  }

  change(booking: ModelBooking, to: Place): Outcome {
    this.endHolds();
    if (booking.state !== 'confirmed') return CODES[booking.state];
    if (booking.port === to.port && booking.date === to.date) return 'done';
    if (!this.#hasRoom(to, booking.people)) return 'BOOKING_FULL';
    booking.state = 'changed';
    this.bookings.push({ ...booking, ...to, state: 'confirmed', extended: false });
    this.offer(booking);
    return 'done';
  }

  use(booking: ModelBooking, at: Place): Outcome {
    this.endHolds();
    if (booking.state !== 'confirmed') return CODES[booking.state];
    if (booking.port !== at.port) return 'BOOKING_WRONG_PORT';
    if (booking.date !== at.date) return 'BOOKING_WRONG_DATE';
    booking.state = 'used';
    return 'done';
  }

  endHolds(): void {
    const over = this.bookings.filter(({ state, heldUntil }) => state === 'held' && heldUntil <= this.now);
    for (const booking of over) booking.state = 'expired';
    for (const booking of over) this.offer(booking);
  }

  restart(): void {
    this.endHolds();
    for (const booking of this.bookings) this.offer(booking);
  }

  offer(place: Place): void {
    for (const booking of this.bookings) {
      const isHere = booking.port === place.port && booking.date === place.date;
      if (booking.state !== 'waiting' || !isHere || !this.#fits(place, booking.people)) continue;
      booking.state = 'held';
      booking.heldUntil = this.now + this.#terms.offerSeconds;
    }
  }

  /** Whoever waits is first. */
  #hasRoom(place: Place, people: number): boolean {
    const isWaitedFor = this.bookings.some(
      ({ state, port, date }) => state === 'waiting' && port === place.port && date === place.date,
    );
    return !isWaitedFor && this.#fits(place, people);
  }

  #fits(place: Place, people: number): boolean {
    return this.taken(place) + people <= this.#terms.quota;
  }
}
