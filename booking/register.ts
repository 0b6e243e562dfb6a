/**
 * All bookings that are kept, in memory, and what follows from them: who has a place when, who waits where, how many
 * places of a slot are taken. It is filled by `put` alone, at a start from the store and afterwards with every change,
 * so that both say the same.
 */
import { isLive, slotKeyOf, takesPlaces, type Booking, type BookingState, type Slot } from './booking.ts';

/** People of a slot by the state of their bookings. */
export type SlotCounts = Readonly<Record<BookingState, number>>;

interface SlotState {
  readonly counts: Record<BookingState, number>;
  /** Numbers of the bookings that wait, first come first. */
  readonly waiting: Set<number>;
}

const NOBODY: SlotCounts = {
  waiting: 0,
  held: 0,
  confirmed: 0,
  changed: 0,
  cancelled: 0,
  used: 0,
  noShow: 0,
  expired: 0,
};

export class Register {
  readonly #bookings = new Map<number, Booking>();
  readonly #references = new Map<string, number>();
  readonly #requests = new Map<string, number>();
  readonly #slots = new Map<string, SlotState>();
  /** Who has a booking for a day that may still come to something, or did. */
  readonly #people = new Map<string, number>();
  readonly #dates = new Map<string, Set<number>>();

  /** Adds a booking, or puts it in the place of what it was before. */
  put(booking: Booking): void {
    const { number, reference, request, date } = booking;
    this.#leave(this.#bookings.get(number));
    this.#bookings.set(number, booking);
    this.#references.set(reference, number);
    if (request !== undefined) this.#requests.set(request.key, number);
    const dated = this.#dates.get(date) ?? new Set();
    this.#dates.set(date, dated.add(number));
    this.#enter(booking);
  }

  /** Forgets all of a date. */
  forget(date: string): void {
    for (const booking of this.on(date)) {
      this.#leave(booking);
      this.#bookings.delete(booking.number);
      this.#references.delete(booking.reference);
      if (booking.request !== undefined) this.#requests.delete(booking.request.key);
      this.#slots.delete(slotKeyOf(booking));
    }
    this.#dates.delete(date);
  }

  byNumber(number: number): Booking | undefined {
    return this.#bookings.get(number);
  }

  byReference(reference: string): Booking | undefined {
    return this.#at(this.#references.get(reference));
  }

  byRequest(key: string): Booking | undefined {
    return this.#at(this.#requests.get(key));
  }

  /** The booking that a person has for a day of a programme, if it may come to something or did. */
  ofPerson(programme: string, date: string, subject: string): Booking | undefined {
    return this.#at(this.#people.get(personKey(programme, date, subject)));
  }

  counts(slot: Slot): SlotCounts {
    return this.#slots.get(slotKeyOf(slot))?.counts ?? NOBODY;
  }

  /** People who count against the quota. */
  taken(slot: Slot): number {
    const { held, confirmed, used, noShow } = this.counts(slot);
    return held + confirmed + used + noShow;
  }

  /** Those who wait, first come first; one may leave while they are gone through. */
  *waiting(slot: Slot): Generator<Booking> {
    for (const number of this.#slots.get(slotKeyOf(slot))?.waiting ?? []) {
      const booking = this.#at(number);
      if (booking !== undefined) yield booking;
    }
  }

  /** Each slot for which somebody waits, by the first of them. */
  slotsWaitedFor(): readonly Slot[] {
    return [...this.#slots.values()].flatMap(({ waiting: [first] }) => this.#at(first) ?? []);
  }

  waitingCount(slot: Slot): number {
    return this.#slots.get(slotKeyOf(slot))?.waiting.size ?? 0;
  }

  /** 1 = next. */
  positionOf({ number, ...slot }: Booking): number {
    let ahead = 0;
    for (const other of this.#slots.get(slotKeyOf(slot))?.waiting ?? []) {
      if (other === number) break;
      ahead++;
    }
    return ahead + 1;
  }

  /** All of a date. */
  on(date: string): readonly Booking[] {
    return [...(this.#dates.get(date) ?? [])].flatMap((number) => this.#at(number) ?? []);
  }

  get dates(): readonly string[] {
    return [...this.#dates.keys()];
  }

  #at(number: number | undefined): Booking | undefined {
    return number === undefined ? undefined : this.#bookings.get(number);
  }

  #enter(booking: Booking): void {
    const slot = this.#slotOf(booking);
    slot.counts[booking.state] += booking.party.length;
    if (booking.state === 'waiting') slot.waiting.add(booking.number);
    if (!isCommitted(booking)) return;
    for (const { subject } of booking.party) {
      this.#people.set(personKey(booking.programme, booking.date, subject), booking.number);
    }
  }

  #leave(booking: Booking | undefined): void {
    if (booking === undefined) return;
    const slot = this.#slotOf(booking);
    slot.counts[booking.state] -= booking.party.length;
    slot.waiting.delete(booking.number);
    for (const { subject } of booking.party) {
      const key = personKey(booking.programme, booking.date, subject);
      if (this.#people.get(key) === booking.number) this.#people.delete(key);
    }
  }

  #slotOf(slot: Slot): SlotState {
    const key = slotKeyOf(slot);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const made = { counts: { ...NOBODY }, waiting: new Set<number>() };
    this.#slots.set(key, made);
    return made;
  }
}

function isCommitted({ state }: Booking): boolean {
  return isLive(state) || takesPlaces(state);
}

function personKey(programme: string, date: string, subject: string): string {
  return `${programme} ${date} ${subject}`;
}
