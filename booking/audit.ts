/**
 * The audit of the quota: every count derived again from the log alone, change by change, without names. It finds a
 * booking that is missing, a step that is missing or not allowed, and a moment at which more people had places than the
 * quota let through.
 */
import { readUint64, toUint64 } from '../service/big-endian.ts';
import type { Store } from '../service/store.ts';
import { mayFollow, slotKeyOf, takesPlaces, type Booking, type BookingState, type Slot } from './booking.ts';
import type { LogEntry } from './log-entry.ts';
import { BOOKING_TABLES, readBooking, readLogEntry } from './tables.ts';

export interface SlotAudit extends Slot {
  /** The highest that was recorded. */
  readonly quota: number;
  /** Most people that had places at any time. */
  readonly peak: number;
  /** People by the state of their bookings now; states without anybody are left out. */
  readonly people: Readonly<Partial<Record<BookingState, number>>>;
}

export interface AuditProblem {
  readonly kind: 'booking-missing' | 'step-missing' | 'step-not-allowed' | 'oversold' | 'booking-differs';
  /** Of the booking. */
  readonly number: number;
  /** Of the entry in the log; absent: it concerns what is stored beside it. */
  readonly order?: number;
}

export interface BookingAudit {
  readonly entries: number;
  readonly bookings: number;
  readonly slots: readonly SlotAudit[];
  readonly problems: readonly AuditProblem[];
}

/**
 * Goes through the log, and holds against it the bookings that are kept: all from the date `keptFrom` on. Others may
 * change some meanwhile, so they are read before the log, and those that the log has gone beyond once more after it.
 */
export async function deriveCounts(store: Store, keptFrom: string): Promise<BookingAudit> {
  const table = store.table(BOOKING_TABLES.bookings);
  const stored = new Map<number, Booking>();
  for await (const { value } of table.entries()) {
    const booking = readBooking(value);
    stored.set(booking.number, booking);
  }
  const audit = new LogAudit(stored);
  for await (const { key, value } of store.table(BOOKING_TABLES.log).entries()) {
    audit.add(readUint64(key), readLogEntry(value));
  }
  for (const entry of audit.ahead(keptFrom)) {
    const value = await table.get(toUint64(entry.number));
    const booking = value === undefined ? undefined : readBooking(value);
    if (booking === undefined || booking.step < entry.step) audit.report('booking-differs', entry.number);
  }
  return audit.result();
}

interface Derived extends Slot {
  quota: number;
  peak: number;
  taken: number;
  readonly people: Map<BookingState, number>;
}

/** Fed with the entries of a log in their order. */
export class LogAudit {
  readonly #bookings = new Map<number, LogEntry>();
  readonly #slots = new Map<string, Derived>();
  readonly #problems: AuditProblem[] = [];
  readonly #stored: ReadonlyMap<number, Booking>;
  readonly #matched = new Set<number>();
  #entries = 0;

  /** @param stored bookings to hold against the log, by number */
  constructor(stored: ReadonlyMap<number, Booking> = new Map()) {
    this.#stored = stored;
  }

  add(order: number, entry: LogEntry): void {
    const { number, step } = entry;
    const before = this.#bookings.get(number);
    const report = (kind: AuditProblem['kind']): void => this.report(kind, number, order);
    this.#entries++;
    if (before === undefined && step === 0 && number !== this.#bookings.size + 1) report('booking-missing');
    if (step !== (before === undefined ? 0 : before.step + 1)) report('step-missing');
    if (before?.to !== entry.from || !mayFollow(before?.to, entry.to)) report('step-not-allowed');
    this.#bookings.set(number, entry);
    if (before !== undefined) this.#count(before, before.to, -before.people);
    const slot = this.#count(entry, entry.to, entry.people);
    const isTaking = takesPlaces(entry.to) && (before === undefined || !takesPlaces(before.to));
    if (isTaking && slot.taken > entry.quota) report('oversold');
    this.#match(entry);
  }

  report(kind: AuditProblem['kind'], number: number, order?: number): void {
    this.#problems.push({ kind, number, ...(order === undefined ? {} : { order }) });
  }

  /** The last entries of bookings that should be stored as they say, and were not when they were read. */
  ahead(keptFrom: string): readonly LogEntry[] {
    return [...this.#bookings.values()].filter(
      ({ number, step, date }) => date >= keptFrom && this.#stored.get(number)?.step !== step,
    );
  }

  result(): BookingAudit {
    for (const number of this.#stored.keys()) {
      if (!this.#matched.has(number)) this.report('booking-differs', number);
    }
    const slots = [...this.#slots.values()]
      .map(({ programme, port, date, quota, peak, people }) => ({
        programme,
        port,
        date,
        quota,
        peak,
        people: Object.fromEntries([...people].filter(([, count]) => count > 0)),
      }))
      .toSorted((a, b) => (slotKeyOf(a) < slotKeyOf(b) ? -1 : 1));
    return {
      entries: this.#entries,
      bookings: this.#bookings.size,
      slots,
      problems: [...this.#problems],
    };
  }

  #count(slot: LogEntry, state: BookingState, people: number): Derived {
    const derived = this.#slotOf(slot);
    derived.people.set(state, (derived.people.get(state) ?? 0) + people);
    if (takesPlaces(state)) derived.taken += people;
    derived.quota = Math.max(derived.quota, slot.quota);
    // The state before is taken away first, so this never sees a booking twice.
    derived.peak = Math.max(derived.peak, derived.taken);
    return derived;
  }

  /** What is stored says the same as the entry of its step. */
  #match({ number, step, to, people, ...slot }: LogEntry): void {
    const booking = this.#stored.get(number);
    if (booking?.step !== step) return;
    const isSame = booking.state === to && booking.party.length === people;
    if (isSame && slotKeyOf(booking) === slotKeyOf(slot)) this.#matched.add(number);
  }

  #slotOf({ programme, port, date }: LogEntry): Derived {
    const key = slotKeyOf({ programme, port, date });
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const made: Derived = {
      programme,
      port,
      date,
      quota: 0,
      peak: 0,
      taken: 0,
      people: new Map(),
    };
    this.#slots.set(key, made);
    return made;
  }
}
