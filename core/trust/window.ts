/**
 * Time windows of the trust list. Half open, as in the contract: `from <= t < until`, Unix seconds. A window
 * without `until` is open.
 */

export interface Window {
  readonly from: number;
  readonly until?: number;
}

export function contains(window: Window, atSeconds: number): boolean {
  return window.from <= atSeconds && (window.until === undefined || atSeconds < window.until);
}

/** Suspensions of one subject, oldest first. */
export type Suspensions = readonly Window[];

export function isSuspendedAt(suspensions: Suspensions, atSeconds: number): boolean {
  return suspensions.some((suspension) => contains(suspension, atSeconds));
}

/** Suspended from `atSeconds` on; a suspension whose end has not come yet is taken up again. */
export function suspend(suspensions: Suspensions, atSeconds: number): Suspensions {
  const last = suspensions.at(-1);
  const isRunning = last !== undefined && (last.until === undefined || atSeconds < last.until);
  return isRunning
    ? [...suspensions.slice(0, -1), { from: last.from }]
    : [...suspensions, { from: atSeconds }];
}

/** The suspension that runs ends at `effectiveFrom`. */
export function reinstate(suspensions: Suspensions, effectiveFrom: number): Suspensions {
  const last = suspensions.at(-1);
  return last === undefined
    ? suspensions
    : [...suspensions.slice(0, -1), { from: last.from, until: effectiveFrom }];
}
