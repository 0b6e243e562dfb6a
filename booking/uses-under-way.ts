/**
 * Bookings whose places are being used in somebody else's commit: until that has ended, and the disk has said how, nobody
 * else decides on them.
 */
import type { Store } from '../service/store.ts';
import type { Booking } from './booking.ts';
import { BookingError } from './errors.ts';
import { readStored } from './pending-use.ts';
import type { Register } from './register.ts';

export interface UsesUnderWayOptions {
  readonly store: Store;
  readonly register: Register;
  /** How long a request waits for somebody else's commit to decide on its booking. */
  readonly maxWaitMs?: number | undefined;
}

/** Ended by one of the two. */
export interface UseUnderWay {
  /** The commit has ended; what the disk says of the booking then, `undefined`: it does not say. */
  readonly settle: (stored: Booking | undefined) => void;
  /** There is no such commit. */
  readonly abandon: () => void;
}

const MAX_WAIT_MS = 10_000;

export class UsesUnderWay {
  readonly #options: UsesUnderWayOptions;
  /** When each is over. */
  readonly #inUse = new Map<number, Promise<void>>();
  /** Those of which the disk did not say how that ended: it is asked again before anything is decided on them. */
  readonly #unsure = new Set<number>();

  constructor(options: UsesUnderWayOptions) {
    this.#options = options;
  }

  has(number: number): boolean {
    return this.#inUse.has(number) || this.#unsure.has(number);
  }

  begin(number: number): UseUnderWay {
    const over = Promise.withResolvers<void>();
    this.#inUse.set(number, over.promise);
    const end = (): void => {
      this.#inUse.delete(number);
      over.resolve();
    };
    const settle = (stored: Booking | undefined): void => {
      if (stored === undefined) this.#unsure.add(number);
      else this.#options.register.put(stored);
      end();
    };
    return { settle, abandon: end };
  }

  /**
   * Runs `action` as soon as nobody else's commit decides on the booking: nothing comes between the two. Throws
   * `BOOKING_IN_USE` when that takes too long, and what `find` throws.
   */
  async whenFree<Result>(find: () => Booking, action: () => Promise<Result>): Promise<Result> {
    let late: AbortSignal | undefined;
    for (;;) {
      const { number } = find();
      const pending = this.#inUse.get(number);
      if (pending !== undefined) {
        late ??= AbortSignal.timeout(this.#options.maxWaitMs ?? MAX_WAIT_MS);
        await untilLate(pending, late);
      } else if (this.#unsure.has(number)) await this.#askAgain(number);
      else return await action();
    }
  }

  async #askAgain(number: number): Promise<void> {
    const stored = await readStored(this.#options.store, number);
    // Whoever asked at the same time may have it already, and gone on from there.
    if (!this.#unsure.delete(number) || stored === undefined) return;
    this.#options.register.put(stored);
  }
}

/** Throws `BOOKING_IN_USE` when it does not end before it is late. */
async function untilLate(pending: Promise<void>, late: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const giveUp = (): void =>
    over.reject(new BookingError('BOOKING_IN_USE', 'its places are being used; nobody says how that ends'));
  late.addEventListener('abort', giveUp, { once: true });
  if (late.aborted) giveUp();
  try {
    await Promise.race([pending, over.promise]);
  } finally {
    late.removeEventListener('abort', giveUp);
  }
}
