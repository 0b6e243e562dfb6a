/** The quota of an authority: its booking desk in the issuer's store, which ends holds and draws ballots by itself. */
import { BookingDesk } from '../booking/desk.ts';
import { BookingKeys } from '../booking/keys.ts';
import { loadProgrammes } from '../booking/load-programmes.ts';
import type { Crypto } from '../core/crypto.ts';
import type { Clock, RandomBytes } from '../service/clock.ts';
import type { Log } from '../service/logging.ts';
import type { Store } from '../service/store.ts';
import { Scheduler } from './scheduler.ts';

export interface BookingsOptions {
  /** File of programmes; absent: those of 2020 to 2023. */
  readonly programmes: string | undefined;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly store: Store;
  readonly crypto: Crypto;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Log;
}

export class Bookings {
  readonly desk: BookingDesk;
  readonly #scheduler: Scheduler;

  private constructor(desk: BookingDesk, { now, log }: BookingsOptions) {
    this.desk = desk;
    this.#scheduler = new Scheduler({
      pass: () => desk.sweep(),
      nextDueMs: () => desk.nextDueMs(),
      onFailure: (err, attempt) => log.warn({ err, attempt }, 'what was due of the bookings failed'),
      now,
    });
  }

  static async open(options: BookingsOptions): Promise<Bookings> {
    const programmes = await loadProgrammes(options.programmes);
    const keys = new BookingKeys(options.secret);
    return new Bookings(await BookingDesk.open({ ...options, programmes, keys }), options);
  }

  start(): void {
    this.#scheduler.start();
  }

  /** Ends after the sweep under way. */
  async stop(): Promise<void> {
    await this.#scheduler.stop();
  }
}
