/** Places of a booking that are being used in somebody's commit. */
import { toUint64 } from '../service/big-endian.ts';
import type { Store, WriteBatch } from '../service/store.ts';
import type { Booking, Member } from './booking.ts';
import type { Change } from './journal.ts';
import type { Judged, UseRequest } from './judge-use.ts';
import { BOOKING_TABLES, readBooking } from './tables.ts';

export interface PendingUseOptions {
  /** Absent: this very use is there already. */
  readonly change: Change | undefined;
  readonly prepare: (batch: WriteBatch, change: Change) => void;
  readonly store: Store;
  /** Is told what the disk says of the booking when it is over; `undefined`: it does not say. */
  readonly settle: (stored: Booking | undefined) => void;
}

/** Disposed when the commit has ended, however it ended: the disk is then asked what has become of it. */
export class PendingUse implements AsyncDisposable {
  readonly #booking: Booking;
  readonly #options: PendingUseOptions;

  constructor(booking: Booking, options: PendingUseOptions) {
    this.#booking = booking;
    this.#options = options;
  }

  get reference(): string {
    return this.#booking.reference;
  }

  /** The place is used when `batch` is on the disk. */
  writeTo(batch: WriteBatch): void {
    const { change, prepare } = this.#options;
    if (change !== undefined) prepare(batch, change);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { store, settle } = this.#options;
    let now: Booking | undefined;
    try {
      now = (await readStored(store, this.#booking.number)) ?? this.#booking;
    } finally {
      settle(now);
    }
  }
}

/** What the disk says of a booking. */
export async function readStored(store: Store, number: number): Promise<Booking | undefined> {
  const stored = await store.table(BOOKING_TABLES.bookings).get(toUint64(number));
  return stored === undefined ? undefined : readBooking(stored);
}

/** The booking when these have gone. */
export function partyAfter(
  booking: Booking,
  { used, absent, asked, now }: Judged & { readonly asked: UseRequest; readonly now: number },
): Change {
  const { lane, scan, conversion } = asked;
  const use = {
    atSeconds: now,
    lane,
    ...(scan === undefined ? {} : { scan }),
    ...(conversion === undefined ? {} : { conversion }),
  };
  const party = booking.party.map((member, index): Member => {
    if (used.includes(index + 1)) return { ...member, use };
    return absent.includes(index + 1) ? { ...member, absent: true } : member;
  });
  const isOver = party.every((member) => member.use !== undefined || member.absent === true);
  return { ...booking, party, state: isOver ? 'used' : 'confirmed' };
}
