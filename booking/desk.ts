/**
 * The booking desk: takes bookings, lets people confirm, change and cancel them, and uses them up at the gate or in a
 * conversion. One desk owns the bookings of its store.
 *
 * A decision and its change in memory are one step that nothing interrupts, and changes reach the disk in that order;
 * so two people are never given one place, and a crash takes back a last part of the changes, never one in the middle.
 * Whatever is answered, a refusal too, is answered when all that it rests on is on the disk.
 */
import { toDate } from '../core/policy/civil-day.ts';
import type { Crypto } from '../core/crypto.ts';
import type { Clock, RandomBytes } from '../service/clock.ts';
import { WriteBatch, type Store } from '../service/store.ts';
import { deriveCounts, type BookingAudit } from './audit.ts';
import { availabilityOf, type Availability } from './availability.ts';
import type { Ballot } from './ballot.ts';
import { slotKeyOf, type Booking, type Slot } from './booking.ts';
import { checkDay, checkUnused, inState } from './check-state.ts';
import { BookingError } from './errors.ts';
import { judgeUse, type UseRequest } from './judge-use.ts';
import type { BookingKeys } from './keys.ts';
import { withoutHold, type Office } from './office.ts';
import { openBook } from './open-book.ts';
import { PendingUse, partyAfter } from './pending-use.ts';
import { Places, type Move } from './places.ts';
import type { Programmes } from './programme.ts';
import { parseReference } from './reference.ts';
import { programmeOf, type BookingRequest } from './request.ts';
import { shownBy } from './shown-by.ts';
import { KEPT_DAYS, Sweeper } from './sweep.ts';
import { UsesUnderWay, type UseUnderWay } from './uses-under-way.ts';
import type { BookingView } from './view.ts';
import { today } from './window.ts';

export interface DeskOptions {
  readonly store: Store;
  readonly programmes: Programmes;
  readonly keys: BookingKeys;
  readonly crypto: Pick<Crypto, 'sha256'>;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  /** Bookings that may wait for one slot. */
  readonly maxWaiting?: number;
  /** How long a request waits for somebody else's commit to decide on its booking. */
  readonly maxWaitMs?: number;
}

type Decide<Result> = (batch: WriteBatch, nowSeconds: number) => Result;

export class BookingDesk {
  readonly programmes: Programmes;
  readonly #options: DeskOptions;
  readonly #office: Office;
  readonly #sweeper: Sweeper;
  readonly #places: Places;
  readonly #uses: UsesUnderWay;
  /** The change handed to the store last is on the disk, and so are all before it. */
  #committed: Promise<void> = Promise.resolve();

  private constructor(options: DeskOptions, office: Office, nextNumber: number) {
    this.programmes = options.programmes;
    this.#options = options;
    this.#office = office;
    const { maxWaiting, maxWaitMs, randomBytes, store } = options;
    this.#uses = new UsesUnderWay({ store, register: office.register, maxWaitMs });
    this.#sweeper = new Sweeper(office, (number) => this.#uses.has(number));
    this.#places = new Places({ office, sweeper: this.#sweeper, randomBytes, maxWaiting, nextNumber });
  }

  static async open(options: DeskOptions): Promise<BookingDesk> {
    const { office, nextNumber } = await openBook(options);
    const desk = new BookingDesk(options, office, nextNumber);
    // A quota may have been raised since.
    await desk.#answer((batch, now) => office.offerAll(batch, now));
    return desk;
  }

  /** See `BookingKeys`. */
  get keys(): BookingKeys {
    return this.#options.keys;
  }

  /**
   * Holds places for a party, or lets it wait. The same request under the same key is answered with the booking it made;
   * throws `BOOKING_REQUEST_REUSED` and the codes of `request.ts`, `BOOKING_PERSON_HAS_PLACE`, `BOOKING_FULL`,
   * `BOOKING_QUEUE_FULL`.
   */
  async book(asked: BookingRequest): Promise<BookingView> {
    return await this.#answer((batch, now) => {
      const known = this.#places.repeated(asked.request);
      return this.#view(known ?? this.#places.book(batch, asked, now));
    });
  }

  /** The holder wants the place that is held. Again changes nothing. Throws the code of any other state. */
  async confirm(reference: string): Promise<BookingView> {
    return await this.#answer((batch, now) => {
      const booking = this.#find(reference);
      if (booking.state === 'confirmed') return this.#view(booking);
      if (booking.state !== 'held') throw inState(booking);
      return this.#view(this.#office.write(batch, { ...withoutHold(booking), state: 'confirmed' }, now));
    });
  }

  /** More time to confirm, once; throws `BOOKING_ALREADY_EXTENDED` and the code of any other state. */
  async extend(reference: string): Promise<BookingView> {
    return await this.#answer((batch, now) => {
      const booking = this.#find(reference);
      if (booking.state !== 'held' || booking.heldUntil === undefined) throw inState(booking);
      if (booking.extended) throw new BookingError('BOOKING_ALREADY_EXTENDED', 'a hold is extended once');
      const { extensionSeconds } = programmeOf(this.programmes, booking.programme);
      const heldUntil = booking.heldUntil + extensionSeconds;
      return this.#view(this.#office.write(batch, { ...booking, heldUntil, extended: true }, now));
    });
  }

  /** Gives the place back. Again changes nothing. Throws `BOOKING_USED` when some of the party have gone. */
  async cancel(reference: string): Promise<BookingView> {
    return await this.#whenFree(reference, (batch, now) => {
      const booking = this.#find(reference);
      if (booking.state === 'cancelled') return this.#view(booking);
      if (booking.state !== 'waiting' && booking.state !== 'held') checkUnused(booking, now);
      const cancelled = this.#office.write(batch, { ...withoutHold(booking), state: 'cancelled' }, now);
      this.#office.offer(batch, booking, now);
      return this.#view(cancelled);
    });
  }

  /**
   * Moves a confirmed booking to another port or date of its programme: the old place is given back and the new one
   * taken together, or neither. The answer is the new booking, with a reference of its own.
   */
  async change(reference: string, to: Move): Promise<BookingView> {
    return await this.#whenFree(reference, (batch, now) => {
      const known = this.#places.repeated(to.request);
      if (known !== undefined) return this.#view(known);
      const booking = this.#find(reference);
      checkUnused(booking, now);
      if (booking.port === to.port && booking.date === to.date) return this.#view(booking);
      return this.#view(this.#places.move(batch, { booking, to, now }));
    });
  }

  /** Throws `BOOKING_REFERENCE_INVALID`, `BOOKING_NOT_FOUND`. */
  async show(reference: string): Promise<BookingView> {
    return await this.#answer(() => this.#view(this.#find(reference)));
  }

  /**
   * Uses places of a booking in a commit of the caller's, so that they are used exactly when that is on the disk:
   *
   *   await using use = await desk.consume(reference, { port, date, lane, present: [subject], conversion });
   *   use.writeTo(batch);
   *   await store.commit(batch);
   *
   * Until `use` is disposed nobody else gets at the booking. Throws `UseRefused`, `BOOKING_NOT_FOUND`.
   */
  async consume(reference: string, asked: UseRequest): Promise<PendingUse> {
    let begun: UseUnderWay | undefined;
    try {
      return await this.#whenFree(reference, (_batch, now) => {
        const booking = this.#find(reference);
        const { used, absent } = judgeUse(booking, asked);
        if (used.length > 0) checkDay(booking, now);
        const change = used.length === 0 ? undefined : partyAfter(booking, { used, absent, asked, now });
        begun = this.#uses.begin(booking.number);
        return new PendingUse(booking, {
          change,
          prepare: (batch, next) => this.#office.prepare(batch, next, now),
          store: this.#options.store,
          settle: begun.settle,
        });
      });
    } catch (error) {
      // What it rests on is not on the disk: nobody gets the use, so nobody would end it.
      begun?.abandon();
      throw error;
    }
  }

  /** Uses places by themselves, at a gate: {@link consume} with a commit of its own. */
  async use(reference: string, asked: UseRequest): Promise<BookingView> {
    {
      await using use = await this.consume(reference, asked);
      const batch = new WriteBatch();
      use.writeTo(batch);
      await this.#options.store.commit(batch);
    }
    return await this.show(reference);
  }

  /** What may be booked now. Throws `BOOKING_PROGRAMME_UNKNOWN`. */
  async availability(programme: string): Promise<readonly Availability[]> {
    return await this.#answer((_batch, now) =>
      availabilityOf(this.#office, programmeOf(this.programmes, programme), now),
    );
  }

  /** The draw of a slot: its commitment, and afterwards all that is needed to do it again. */
  async ballot(slot: Slot): Promise<Ballot> {
    return await this.#answer(() => {
      const ballot = this.#office.ballots.get(slotKeyOf(slot));
      if (ballot === undefined) throw new BookingError('BOOKING_BALLOT_UNKNOWN', 'nobody has entered it');
      return ballot;
    });
  }

  /** All counts, derived from the log alone, and what in it does not hold. */
  async audit(): Promise<BookingAudit> {
    // Ends the holds that are over, and waits for the disk.
    await this.#answer(() => undefined);
    return await deriveCounts(this.#options.store, toDate(today(this.#nowSeconds()) - KEPT_DAYS));
  }

  /** Does what is due: ends holds, draws ballots, closes days that are over, forgets what is old. */
  async sweep(): Promise<void> {
    while (await this.#answer((batch, now) => this.#sweeper.sweep(batch, now)));
  }

  /** When {@link sweep} is due next, in milliseconds. */
  nextDueMs(): number {
    return 1000 * this.#sweeper.nextDue(this.#nowSeconds());
  }

  /** Decides in one go, hands in what that changed, and answers when it is on the disk. */
  async #answer<Result>(decide: Decide<Result>): Promise<Result> {
    const batch = new WriteBatch();
    const now = this.#nowSeconds();
    try {
      this.#office.endHolds(batch, now);
      return decide(batch, now);
    } finally {
      if (batch.operations.length > 0) this.#committed = this.#options.store.commit(batch);
      await this.#committed;
    }
  }

  /** As {@link #answer}, as soon as nobody else's commit decides on the booking. Throws `BOOKING_IN_USE`. */
  async #whenFree<Result>(reference: string, decide: Decide<Result>): Promise<Result> {
    return await this.#uses.whenFree(
      () => this.#find(reference),
      () => this.#answer(decide),
    );
  }

  #find(reference: string): Booking {
    const booking = this.#office.register.byReference(parseReference(reference));
    if (booking === undefined) throw new BookingError('BOOKING_NOT_FOUND', 'no booking has this reference');
    return booking;
  }

  #view(booking: Booking): BookingView {
    return shownBy(this.#office, booking);
  }

  #nowSeconds(): number {
    return Math.floor(this.#options.now() / 1000);
  }
}
