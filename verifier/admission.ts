/**
 * As many requests as the machine was measured for, the others refused at once, before their bodies are read: a queue that
 * grows helps nobody. A bucket that fills evenly; it holds a quarter of a second, so that a crowd may come in a burst.
 */
const BURST_SECONDS = 0.25;

export class Admission {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  readonly #capacity: number;
  #left: number;
  #atMs: number;

  /** @param nowMs a clock that never goes back, milliseconds */
  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
    this.#capacity = Math.max(1, perSecond * BURST_SECONDS);
    this.#left = this.#capacity;
    this.#atMs = nowMs();
  }

  /** Whether one more may come in now. */
  admit(): boolean {
    const nowMs = this.#nowMs();
    const gained = ((nowMs - this.#atMs) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#capacity, this.#left + gained);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
