/**
 * The states that devices may hold and that deltas are made to: all that were published since the hour began, and
 * the first of each hour before it, for a day. What is no base any more has its last delta, to the first state of the hour
 * after it, which is one.
 */
import type { BundleSource } from '../../core/bundle/bundle-state.ts';

export interface Base {
  readonly source: BundleSource;
  readonly publishedAtSeconds: number;
}

const HOUR = 3600;
/** How long deltas lead on from a state. */
export const BASE_SECONDS: number = 25 * HOUR;

/** Whether what is published now, after `bases`, is the first of its hour. */
export function isFirstOfHour(bases: readonly Base[], now: number): boolean {
  const last = bases.at(-1);
  return last === undefined || hourOf(last.publishedAtSeconds) < hourOf(now);
}

/** Those that stay bases for what is published after `now`; the one of the full bundle, too. */
export function thinned(bases: readonly Base[], fullSize: number, now: number): readonly Base[] {
  return bases.filter(({ publishedAtSeconds, source }, i) => {
    if (source.checkpoint.size === fullSize) return true;
    const isOfThisHour = hourOf(publishedAtSeconds) === hourOf(now);
    const isFirst = isFirstOfHour(bases.slice(0, i), publishedAtSeconds);
    return publishedAtSeconds > now - BASE_SECONDS && (isOfThisHour || isFirst);
  });
}

/** With the state that is published last; the same state stands there once. */
export function withBase(bases: readonly Base[], last: Base): readonly Base[] {
  const isThere = bases.some(({ source }) => source.checkpoint.size === last.source.checkpoint.size);
  return isThere ? bases : [...bases, last];
}

function hourOf(seconds: number): number {
  return Math.floor(seconds / HOUR);
}
