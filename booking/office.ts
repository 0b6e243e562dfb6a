/**
 * What all that changes bookings works on: the register, the journal, what ends when, and the programmes; and the rules
 * that follow each change: a hold that is over ends, and a place that came back is offered to who waits.
 */
import type { Crypto } from '../core/crypto.ts';
import type { WriteBatch } from '../service/store.ts';
import type { Ballot } from './ballot.ts';
import { slotKeyOf, type Booking, type Slot } from './booking.ts';
import { quotaOn } from './capacity.ts';
import { Deadlines } from './deadlines.ts';
import type { Change, Journal } from './journal.ts';
import type { BookingKeys } from './keys.ts';
import type { Programmes } from './programme.ts';
import type { Register } from './register.ts';

export interface OfficeOptions {
  readonly register: Register;
  readonly journal: Journal;
  readonly programmes: Programmes;
  /** By slot. */
  readonly ballots: Map<string, Ballot>;
  readonly keys: BookingKeys;
  readonly crypto: Pick<Crypto, 'sha256'>;
}

export class Office {
  readonly register: Register;
  readonly programmes: Programmes;
  readonly ballots: Map<string, Ballot>;
  readonly keys: BookingKeys;
  readonly crypto: Pick<Crypto, 'sha256'>;
  readonly #journal: Journal;
  readonly #holdEnds = new Deadlines();

  constructor({ register, journal, programmes, ballots, keys, crypto }: OfficeOptions) {
    this.register = register;
    this.programmes = programmes;
    this.ballots = ballots;
    this.keys = keys;
    this.crypto = crypto;
    this.#journal = journal;
    for (const booking of register.dates.flatMap((date) => register.on(date))) this.#watch(booking);
  }

  /** When the next hold ends, Unix seconds. */
  get nextHoldEnd(): number | undefined {
    return this.#holdEnds.nextAt;
  }

  /** People of the slot whom the programme lets through. */
  quotaOf({ programme, port, date }: Slot): number {
    const terms = this.programmes.get(programme);
    return terms === undefined ? 0 : (quotaOn(terms, port, date)?.perDay ?? 0);
  }

  freeIn(slot: Slot): number {
    return this.quotaOf(slot) - this.register.taken(slot);
  }

  /** Whether so many may have places now: while somebody waits, whoever comes waits behind them. */
  hasRoom(slot: Slot, people: number): boolean {
    return this.register.waitingCount(slot) === 0 && people <= this.freeIn(slot);
  }

  write(batch: WriteBatch, change: Change, atSeconds: number): Booking {
    const booking = this.#journal.write(batch, change, { quota: this.quotaOf(change), atSeconds });
    this.#watch(booking);
    return booking;
  }

  /** See `Journal.prepare`. */
  prepare(batch: WriteBatch, change: Change, atSeconds: number): Booking {
    return this.#journal.prepare(batch, change, { quota: this.quotaOf(change), atSeconds });
  }

  /** Ends every hold that is over, and then offers what came back. */
  endHolds(batch: WriteBatch, nowSeconds: number): void {
    const freed = new Map<string, Slot>();
    for (;;) {
      const due = this.#holdEnds.takeDue(nowSeconds);
      if (due === undefined) break;
      const booking = this.register.byNumber(due.number);
      // An extended hold has a later end in the heap; a confirmed one has none that counts.
      if (booking?.state !== 'held' || booking.heldUntil !== due.at) continue;
      this.write(batch, { ...withoutHold(booking), state: 'expired' }, nowSeconds);
      freed.set(slotKeyOf(booking), booking);
    }
    for (const slot of freed.values()) this.offer(batch, slot, nowSeconds);
  }

  /** As {@link offer}, wherever somebody waits. */
  offerAll(batch: WriteBatch, nowSeconds: number): void {
    for (const slot of this.register.slotsWaitedFor()) this.offer(batch, slot, nowSeconds);
  }

  /** Holds free places for those who wait, first come first; a party that does not fit waits on. */
  offer(batch: WriteBatch, slot: Slot, nowSeconds: number): void {
    const terms = this.programmes.get(slot.programme);
    if (terms === undefined || terms.allocation === 'ballot') return;
    let free = this.freeIn(slot);
    if (free <= 0) return;
    for (const booking of this.register.waiting(slot)) {
      if (booking.party.length > free) continue;
      const heldUntil = nowSeconds + terms.offerSeconds;
      this.write(batch, { ...booking, state: 'held', heldUntil }, nowSeconds);
      free -= booking.party.length;
      if (free === 0) return;
    }
  }

  #watch({ state, heldUntil, number }: Booking): void {
    if (state === 'held' && heldUntil !== undefined) this.#holdEnds.add({ at: heldUntil, number });
  }
}

export function withoutHold({ heldUntil: _until, extended: _extended, ...booking }: Booking): Booking {
  return booking;
}
