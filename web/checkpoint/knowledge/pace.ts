/** When the page asks by itself for what is new: seldom, for every time costs bytes, and soon again where that failed. */
import type { DeltaLine } from '../../../core/bundle/follow-deltas.ts';

/** What keeps a device under 300 kB a day where three issuers are busy (docs/bundle.md). */
export const UPDATE_SECONDS: number = 480 * 60;
const HOUR = 3600;
const RETRY_SECONDS = 300;

export class Pace {
  /** As the operator says. */
  everySeconds: number = UPDATE_SECONDS;
  #askedAt = -Infinity;
  #learnedAt = -Infinity;

  /** Who asks more often than once an hour wants the latest. */
  get line(): DeltaLine {
    return this.everySeconds > HOUR ? 'hours' : 'deltas';
  }

  asked(nowSeconds: number): void {
    this.#askedAt = nowSeconds;
  }

  /** There was an answer, and it was good. */
  learned(nowSeconds: number): void {
    this.#learnedAt = nowSeconds;
  }

  /** Longer ago than it should be. */
  isLate(nowSeconds: number): boolean {
    return isOver(nowSeconds - this.#learnedAt, this.everySeconds);
  }

  /** Late, and not asked for just now. */
  isDue(nowSeconds: number): boolean {
    const retrySeconds = Math.min(RETRY_SECONDS, this.everySeconds);
    return this.isLate(nowSeconds) && isOver(nowSeconds - this.#askedAt, retrySeconds);
  }
}

/** A clock that was set back has waited long enough, too. */
export function isOver(passed: number, seconds: number): boolean {
  return passed >= seconds || passed < 0;
}
