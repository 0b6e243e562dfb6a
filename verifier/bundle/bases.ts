/**
 * The states that devices may hold and that deltas are made to: all that were published since the minute began, the
 * first of each minute before it, for an hour, and the first of each hour, for a day. What is no base any more has its
 * last delta, to the first state of the minute or hour after it, which is one. So they are 25 and 60 at most, and as
 * many as are published in a minute.
 */
import type { BundleSource } from '../../core/bundle/bundle-state.ts';

export interface Base {
  readonly source: BundleSource;
  readonly publishedAtSeconds: number;
}

const MINUTE = 60;
const HOUR = 3600;
/** How long deltas lead on from a state. */
export const BASE_SECONDS: number = 25 * HOUR;

/** Whether what is published now, after `bases`, is the first of its hour. */
export function isFirstOfHour(bases: readonly Base[], now: number): boolean {
  return isFirstOf(HOUR, bases.at(-1), now);
}

export function areOfOneHour(a: number, b: number): boolean {
  return areOfOne(HOUR, a, b);
}

/** Whether deltas lead on still from what was published then. From the future it is when the clock was ahead. */
export function isOfLastDay(at: number, now: number): boolean {
  return now - BASE_SECONDS < at && at <= now;
}

/** Those that stay bases for what is published after `now`; those of sizes in `stay`, too. */
export function thinned(bases: readonly Base[], stay: ReadonlySet<number>, now: number): readonly Base[] {
  return bases.filter(({ publishedAtSeconds: at, source }, i) => {
    if (stay.has(source.checkpoint.size) || areOfOne(MINUTE, at, now)) return true;
    const span = areOfOne(HOUR, at, now) ? MINUTE : HOUR;
    return isOfLastDay(at, now) && isFirstOf(span, bases[i - 1], at);
  });
}

/** With the state that is published last; the same state stands there once. */
export function withBase(bases: readonly Base[], last: Base): readonly Base[] {
  const isThere = bases.some(({ source }) => source.checkpoint.size === last.source.checkpoint.size);
  return isThere ? bases : [...bases, last];
}

function isFirstOf(spanSeconds: number, before: Base | undefined, at: number): boolean {
  return before === undefined || !areOfOne(spanSeconds, before.publishedAtSeconds, at);
}

/** Of the same minute, or hour. */
function areOfOne(spanSeconds: number, a: number, b: number): boolean {
  return Math.floor(a / spanSeconds) === Math.floor(b / spanSeconds);
}
