/**
 * What time does to bookings: holds end, ballots are drawn when their window closes, a day that is over closes what is
 * still open, and after a while everything of a day is forgotten but the log. A bounded part at a time, so that others
 * get their turn.
 */
import { toDate } from '../core/policy/civil-day.ts';
import { toHex, type Hex } from '../core/bytes/hex.ts';
import { toUint64 } from '../service/big-endian.ts';
import type { WriteBatch } from '../service/store.ts';
import { winnersOf, type Ballot } from './ballot.ts';
import { isLive, slotKeyOf, type Booking } from './booking.ts';
import { withoutHold, type Office } from './office.ts';
import type { OpenSlot } from './request.ts';
import { BOOKING_TABLES, deleteBallot, putBallot } from './tables.ts';
import { startOf, today } from './window.ts';

/** What is kept of a day that is over: as long as checkpoints keep what they saw. */
export const KEPT_DAYS = 31;
const MAX_AT_ONCE = 500;
/** Our clock may be a day ahead: nobody is a no-show, for ever, before that cannot be. */
const GRACE_DAYS = 1;

export class Sweeper {
  readonly #office: Office;
  readonly #isInUse: (number: number) => boolean;
  /** All days before this one are closed. */
  #closedBefore = '';

  /** @param isInUse whether somebody else's commit decides on a booking just now */
  constructor(office: Office, isInUse: (number: number) => boolean) {
    this.#office = office;
    this.#isInUse = isInUse;
  }

  /** Publishes what the draw of a slot is bound to, before its first entry. */
  announce(batch: WriteBatch, { programme, port, date, window }: OpenSlot, commitment: Hex): void {
    const slot = { programme, port, date };
    if (this.#office.ballots.has(slotKeyOf(slot))) return;
    this.#keep(batch, { ...slot, commitment, closesAt: window.closesAt });
  }

  /** Does a part of what is due; true when there may be more. */
  sweep(batch: WriteBatch, nowSeconds: number): boolean {
    return (
      this.#draw(batch, nowSeconds) || this.#closeDays(batch, nowSeconds) || this.#forget(batch, nowSeconds)
    );
  }

  /** Unix seconds: the end of the next hold, the next draw, or midnight. */
  nextDue(nowSeconds: number): number {
    const draws = [...this.#office.ballots.values()].filter(isOpenBallot).map(({ closesAt }) => closesAt);
    const isClosed = this.#closedBefore === toDate(today(nowSeconds));
    return Math.min(
      isClosed ? startOf(today(nowSeconds) + 1) : nowSeconds + 1,
      this.#office.nextHoldEnd ?? Number.POSITIVE_INFINITY,
      ...draws,
    );
  }

  /** One ballot, or a part of one: the draw is fixed in the first step, so it comes out the same after a crash. */
  #draw(batch: WriteBatch, nowSeconds: number): boolean {
    const { ballots, register } = this.#office;
    for (const ballot of ballots.values()) {
      if (ballot.closesAt > nowSeconds) continue;
      const entered = [...register.waiting(ballot)];
      if (ballot.draw !== undefined && entered.length === 0) continue;
      const drawn = ballot.draw === undefined ? this.#fix(batch, ballot, entered) : ballot;
      this.#tell(batch, drawn, { entered, nowSeconds });
      return true;
    }
    return false;
  }

  #fix(batch: WriteBatch, ballot: Ballot, entered: readonly Booking[]): Ballot {
    const { keys } = this.#office;
    const entries = entered.map((booking) => ({
      number: booking.number,
      people: booking.party.length,
      ticket: keys.ticketOf(booking),
    }));
    const places = Math.max(0, this.#office.freeIn(ballot));
    return this.#keep(batch, { ...ballot, draw: { seed: toHex(keys.seedOf(ballot)), places, entries } });
  }

  #tell(
    batch: WriteBatch,
    { draw }: Ballot,
    { entered, nowSeconds }: { readonly entered: readonly Booking[]; readonly nowSeconds: number },
  ): void {
    const winners = new Set(draw === undefined ? [] : winnersOf(draw, this.#office.crypto));
    for (const booking of entered.slice(0, MAX_AT_ONCE)) {
      const state = winners.has(booking.number) ? 'confirmed' : 'expired';
      this.#office.write(batch, { ...booking, state }, nowSeconds);
    }
  }

  #closeDays(batch: WriteBatch, nowSeconds: number): boolean {
    const { register } = this.#office;
    const date = toDate(today(nowSeconds));
    if (this.#closedBefore === date) return false;
    const graceEnds = toDate(today(nowSeconds) - GRACE_DAYS);
    const open = register.dates
      .filter((one) => one < date)
      .flatMap((one) => register.on(one))
      .filter((one) => isLive(one.state) && (one.state !== 'confirmed' || one.date < graceEnds));
    const free = open.filter(({ number }) => !this.#isInUse(number));
    for (const booking of free.slice(0, MAX_AT_ONCE)) {
      this.#office.write(batch, { ...withoutHold(booking), state: endOf(booking) }, nowSeconds);
    }
    if (open.length === 0) this.#closedBefore = date;
    return free.length > 0;
  }

  #forget(batch: WriteBatch, nowSeconds: number): boolean {
    const { ballots, register } = this.#office;
    const before = toDate(today(nowSeconds) - KEPT_DAYS);
    for (const [slot, ballot] of ballots) {
      if (ballot.date >= before) continue;
      deleteBallot(batch, ballot);
      ballots.delete(slot);
    }
    const date = register.dates.find((one) => one < before);
    if (date === undefined) return false;
    for (const { number } of register.on(date)) batch.delete(BOOKING_TABLES.bookings, toUint64(number));
    register.forget(date);
    return true;
  }

  #keep(batch: WriteBatch, ballot: Ballot): Ballot {
    putBallot(batch, ballot);
    this.#office.ballots.set(slotKeyOf(ballot), ballot);
    return ballot;
  }
}

/** What becomes of an open booking when its day is over. */
function endOf({ state, party }: Booking): 'expired' | 'used' | 'noShow' {
  if (state !== 'confirmed') return 'expired';
  return party.some(({ use }) => use !== undefined) ? 'used' : 'noShow';
}

function isOpenBallot({ draw }: Ballot): boolean {
  return draw === undefined;
}
