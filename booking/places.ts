/** How a party comes to a place, or to wait for one: it books, or moves to another port or date. */
import type { RandomBytes } from '../service/clock.ts';
import type { WriteBatch } from '../service/store.ts';
import { commitmentOf } from './ballot.ts';
import type { Booking, RequestName, Slot } from './booking.ts';
import { BookingError } from './errors.ts';
import type { Office } from './office.ts';
import { makeReference } from './reference.ts';
import { checkParty, openSlot, type BookingRequest, type OpenSlot } from './request.ts';
import type { Sweeper } from './sweep.ts';

export interface PlacesOptions {
  readonly office: Office;
  readonly sweeper: Sweeper;
  readonly randomBytes: RandomBytes;
  /** Bookings that may wait for one slot. */
  readonly maxWaiting?: number | undefined;
  /** Of the next booking. */
  readonly nextNumber: number;
}

/** Where a booking is to move. */
export interface Move extends Pick<Slot, 'port' | 'date'> {
  /** Makes it safe to send again. */
  readonly request?: RequestName;
}

const MAX_WAITING = 100_000;

export class Places {
  readonly #options: PlacesOptions;
  #nextNumber: number;

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#nextNumber = options.nextNumber;
  }

  /** The booking that this very request made before. Throws `BOOKING_REQUEST_REUSED`. */
  repeated(request: RequestName | undefined): Booking | undefined {
    if (request === undefined) return undefined;
    const known = this.#options.office.register.byRequest(request.key);
    if (known !== undefined && known.request?.digest !== request.digest) {
      throw new BookingError('BOOKING_REQUEST_REUSED', 'the idempotency key belongs to another request');
    }
    return known;
  }

  /** Throws the codes of `request.ts`, `BOOKING_PERSON_HAS_PLACE`, `BOOKING_FULL`, `BOOKING_QUEUE_FULL`. */
  book(batch: WriteBatch, asked: BookingRequest, now: number): Booking {
    const slot = openSlot(this.#options.office.programmes, asked, now);
    checkParty(asked.party, slot.terms);
    this.#checkPeople(asked);
    return this.#take(batch, { asked, slot, now });
  }

  /** As {@link book}, for another place; the old one is given back. Throws `BOOKING_BALLOT_ONLY`. */
  move(
    batch: WriteBatch,
    {
      booking,
      to: { port, date, request },
      now,
    }: {
      readonly booking: Booking;
      readonly to: Move;
      readonly now: number;
    },
  ): Booking {
    const { office } = this.#options;
    const { programme, party } = booking;
    const slot = openSlot(office.programmes, { programme, port, date }, now);
    if (slot.allocation === 'ballot') throw new BookingError('BOOKING_BALLOT_ONLY', 'its places are drawn');
    this.#checkPeople({ programme, date, party }, booking);
    if (!office.hasRoom(slot, party.length)) throw new BookingError('BOOKING_FULL', 'no place is left there');
    const { request: _request, ...rest } = booking;
    const number = this.#nextNumber++;
    office.write(batch, { ...booking, state: 'changed', changedTo: number }, now);
    const asked = request === undefined ? {} : { request };
    const change = { ...rest, ...asked, number, port, date, reference: this.#newReference() };
    const moved = office.write(batch, change, now);
    office.offer(batch, booking, now);
    return moved;
  }

  #take(
    batch: WriteBatch,
    { asked, slot, now }: { readonly asked: BookingRequest; readonly slot: OpenSlot; readonly now: number },
  ): Booking {
    const { office } = this.#options;
    const { party, wait = false, request } = asked;
    const { programme, port, date, allocation, terms } = slot;
    const isHeld = allocation === 'firstCome' && office.hasRoom(slot, party.length);
    if (!isHeld) this.#checkMayWait(slot, wait);
    if (allocation === 'ballot')
      this.#options.sweeper.announce(batch, slot, commitmentOf(office.keys.seedOf(slot), office.crypto));
    const booking = {
      number: this.#nextNumber++,
      reference: this.#newReference(),
      programme,
      port,
      date,
      party,
      ...(request === undefined ? {} : { request }),
    };
    const state = isHeld
      ? ({ state: 'held', heldUntil: now + terms.holdSeconds } as const)
      : ({ state: 'waiting' } as const);
    return office.write(batch, { ...booking, ...state }, now);
  }

  #checkMayWait(slot: OpenSlot, wait: boolean): void {
    if (slot.allocation === 'firstCome' && !wait) throw new BookingError('BOOKING_FULL', 'no place is left');
    if (this.#options.office.register.waitingCount(slot) >= (this.#options.maxWaiting ?? MAX_WAITING)) {
      throw new BookingError('BOOKING_QUEUE_FULL', 'too many wait for this port and date');
    }
  }

  #checkPeople(
    { programme, date, party }: Pick<BookingRequest, 'programme' | 'date' | 'party'>,
    except?: Booking,
  ): void {
    for (const [index, { subject }] of party.entries()) {
      const other = this.#options.office.register.ofPerson(programme, date, subject);
      if (other === undefined || other.number === except?.number) continue;
      throw new BookingError(
        'BOOKING_PERSON_HAS_PLACE',
        `person ${index + 1} of the party has a booking that day`,
      );
    }
  }

  #newReference(): string {
    for (;;) {
      const reference = makeReference(this.#options.randomBytes);
      if (this.#options.office.register.byReference(reference) === undefined) return reference;
    }
  }
}
