/**
 * The one way a booking changes: the register and the batch that goes to the disk are given the same change, with its
 * entry in the log. Whoever hands in the batch does so at once, without waiting for anything in between, so that the
 * changes reach the disk in the order in which they were made.
 */
import { invariant } from '../core/errors.ts';
import type { WriteBatch } from '../service/store.ts';
import { mayFollow, type Booking } from './booking.ts';
import { logEntryOf } from './log-entry.ts';
import type { Register } from './register.ts';
import { putBooking, putLogEntry } from './tables.ts';

/** A booking as it will be; which step that is follows. */
export type Change = Omit<Booking, 'step'>;

export interface ChangeTerms {
  readonly quota: number;
  readonly atSeconds: number;
}

export class Journal {
  readonly #register: Register;
  #nextOrder: number;

  constructor(register: Register, nextOrder: number) {
    this.#register = register;
    this.#nextOrder = nextOrder;
  }

  /** Makes the change, in memory at once and on the disk with `batch`. */
  write(batch: WriteBatch, change: Change, terms: ChangeTerms): Booking {
    const booking = this.prepare(batch, change, terms);
    this.#register.put(booking);
    return booking;
  }

  /** As {@link write}, but memory learns of it only when the caller puts it there. */
  prepare(batch: WriteBatch, change: Change, { quota, atSeconds }: ChangeTerms): Booking {
    const before = this.#register.byNumber(change.number);
    invariant(mayFollow(before?.state, change.state), `${before?.state} is not followed by ${change.state}`);
    const booking = { ...change, step: before === undefined ? 0 : before.step + 1 };
    putBooking(batch, booking);
    putLogEntry(batch, this.#nextOrder++, logEntryOf(booking, { from: before?.state, quota, atSeconds }));
    return booking;
  }
}
