/** How long each step took. */
export class StopWatch {
  readonly #laps: Record<string, number> = {};
  #lastMs = performance.now();

  /** Milliseconds by name. */
  get laps(): Readonly<Record<string, number>> {
    return this.#laps;
  }

  lap(name: string): void {
    const now = performance.now();
    this.#laps[name] = Math.round(now - this.#lastMs);
    this.#lastMs = now;
  }
}
