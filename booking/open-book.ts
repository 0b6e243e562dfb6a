/** Everything that is kept of bookings, read from the store at a start. */
import { invariant } from '../core/errors.ts';
import { readUint64 } from '../service/big-endian.ts';
import type { Store } from '../service/store.ts';
import type { Ballot } from './ballot.ts';
import { slotKeyOf } from './booking.ts';
import type { DeskOptions } from './desk.ts';
import { Journal } from './journal.ts';
import { Office } from './office.ts';
import { Register } from './register.ts';
import { BOOKING_TABLES, readBallot, readBooking, readLogEntry } from './tables.ts';

export interface OpenedBook {
  readonly office: Office;
  readonly nextNumber: number;
}

export async function openBook({
  store,
  programmes,
  keys,
  crypto,
}: Pick<DeskOptions, 'store' | 'programmes' | 'keys' | 'crypto'>): Promise<OpenedBook> {
  const register = new Register();
  for await (const { value } of store.table(BOOKING_TABLES.bookings).entries()) {
    register.put(readBooking(value));
  }
  const ballots = new Map<string, Ballot>();
  for await (const { value } of store.table(BOOKING_TABLES.ballots).entries()) {
    const ballot = readBallot(value);
    ballots.set(slotKeyOf(ballot), ballot);
  }
  const last = await lastOf(store);
  const journal = new Journal(register, last.order + 1);
  const office = new Office({ register, journal, programmes, ballots, keys, crypto });
  return { office, nextNumber: last.number + 1 };
}

/** The newest entry of the log, and the newest booking: numbers are given in the order of the log. */
async function lastOf(store: Store): Promise<{ readonly order: number; readonly number: number }> {
  let order: number | undefined;
  for await (const { key, value } of store.table(BOOKING_TABLES.log).entries({ reverse: true })) {
    order ??= readUint64(key);
    const { number, step } = readLogEntry(value);
    if (step === 0) return { order, number };
  }
  invariant(order === undefined, 'a log begins with a booking that is made');
  return { order: 0, number: 0 };
}
