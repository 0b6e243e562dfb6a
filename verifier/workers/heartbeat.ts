/** Finds out that a worker hangs: it is asked again and again, and given up when it owes several answers in a row. */

const MAX_MISSES = 3;

export class Heartbeat {
  readonly #ping: () => Promise<void>;
  readonly #giveUp: () => void;
  #misses = 0;
  #isAsking = false;

  /** @param ping rejects when nothing is answered in time @param giveUp called once */
  constructor(ping: () => Promise<void>, giveUp: () => void) {
    this.#ping = ping;
    this.#giveUp = giveUp;
  }

  /** Asks, unless it is being asked. */
  async beat(): Promise<void> {
    if (this.#isAsking || this.#misses >= MAX_MISSES) return;
    this.#isAsking = true;
    try {
      await this.#ping();
      this.#misses = 0;
    } catch {
      if (++this.#misses === MAX_MISSES) this.#giveUp();
    } finally {
      this.#isAsking = false;
    }
  }
}
