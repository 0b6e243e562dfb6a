/**
 * Which code was in view last. The same one counts anew only after it was out of view for a while: whoever is slow to
 * take their code away is not checked twice, also not when the next person was called meanwhile.
 */
const FORGET_AFTER_MS = 2500;

export class Sightings {
  #text: string | undefined;
  #at = 0;

  /** Looking begins, or goes on after a pause: what was in view before may still be. */
  resume(now: number): void {
    this.#at = now;
  }

  /** Whether this code was not in view until now. */
  isNew(text: string, now: number): boolean {
    const isKnown = text === this.#text && now - this.#at <= FORGET_AFTER_MS;
    this.#text = text;
    this.#at = now;
    return !isKnown;
  }
}
