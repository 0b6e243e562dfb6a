/**
 * Runs passes: when something is due, when something new arrives, and, after a pass that failed, again after
 * a pause that doubles up to half a minute. Passes never overlap.
 */
import type { Clock } from '../service/clock.ts';

export interface SchedulerOptions {
  /** One pass; a rejection is tried again. */
  readonly pass: () => Promise<void>;
  /** When the next pass is due, in the clock's milliseconds; `undefined` = only when woken. */
  readonly nextDueMs: () => number | undefined;
  readonly onFailure: (error: unknown, attempt: number) => void;
  readonly now: Clock;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
const LONGEST_SLEEP_MS = 60_000;

export class Scheduler implements AsyncDisposable {
  readonly #options: SchedulerOptions;
  #stopping = false;
  #wake: () => void = () => undefined;
  #woken = false;
  #running: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Looks again at what is due. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      const pauseMs = failures === 0 ? this.#untilDueMs() : pauseAfter(failures);
      await this.#sleep(pauseMs, { wakeable: failures === 0 });
      if (this.#stopping) return;
      if (this.#untilDueMs() > 0) continue;
      try {
        await this.#options.pass();
        failures = 0;
      } catch (error) {
        failures++;
        this.#options.onFailure(error, failures);
      }
    }
  }

  #untilDueMs(): number {
    const { nextDueMs, now } = this.#options;
    return Math.min(LONGEST_SLEEP_MS, Math.max(0, (nextDueMs() ?? Number.POSITIVE_INFINITY) - now()));
  }

  /** Sleeps until the time is over, or something wakes us; while backing off only the end does. */
  async #sleep(ms: number, { wakeable }: { readonly wakeable: boolean }): Promise<void> {
    if (wakeable && (this.#woken || ms === 0)) {
      this.#woken = false;
      return;
    }
    const done = Promise.withResolvers<void>();
    const timer = setTimeout(done.resolve, ms);
    this.#wake = () => {
      if (wakeable || this.#stopping) done.resolve();
    };
    if (this.#stopping) done.resolve();
    await done.promise;
    clearTimeout(timer);
    this.#wake = () => undefined;
    this.#woken = false;
  }
}

function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}
