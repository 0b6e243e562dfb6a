/** When to ask again somebody who did not answer well: 1 s, 2 s, 4 s … up to a minute, and at once after success. */
const LONGEST_SECONDS = 60;

export class Backoff {
  #failures = 0;
  #nextSeconds = 0;

  isDue(nowSeconds: number): boolean {
    return nowSeconds >= this.#nextSeconds;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#nextSeconds = 0;
  }

  failed(nowSeconds: number): void {
    this.#nextSeconds = nowSeconds + Math.min(LONGEST_SECONDS, 2 ** Math.min(this.#failures, 10));
    this.#failures++;
  }
}
