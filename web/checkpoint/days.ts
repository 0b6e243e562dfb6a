/** Days of the places where these pages are used, eight hours ahead of UTC. */
const OFFSET_SECONDS = 8 * 3600;
const DAY_SECONDS = 86_400;
/** Whole days before today, so that with today's nothing is ever older than 31. */
const KEPT_DAYS = 30;

/** `2026-11-26`. */
export function dayOf(seconds: number): string {
  return new Date((seconds + OFFSET_SECONDS) * 1000).toISOString().slice(0, 10);
}

/** What is kept by day is erased before this one. */
export function firstKeptDay(nowSeconds: number): string {
  return dayOf(nowSeconds - KEPT_DAYS * DAY_SECONDS);
}
