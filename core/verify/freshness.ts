/** How much our knowledge of the ledger can be relied on now. */
import { timeOf, type Moment, type VerifyContext } from './context.ts';
import type { VerifyPolicy } from './policy.ts';
import type { ReasonCode } from './reasons.ts';
import type { Freshness, FreshnessGrade } from './verdict.ts';

/** All that a grade depends on. */
export interface FreshnessContext extends Moment {
  readonly policy: Pick<VerifyPolicy, 'ageingSeconds' | 'clockSkewSeconds' | 'freshSeconds'>;
}

/** @param statusPublishedAtSeconds when the version of the status list in use was anchored */
export function freshnessOf(
  context: FreshnessContext,
  statusPublishedAtSeconds: number | undefined,
): Freshness {
  const checkpointTimeSeconds = context.state.head.timeSeconds;
  const now = timeOf(context);
  const ageSeconds = now - checkpointTimeSeconds;
  const grade = gradeOf(context, ageSeconds);
  if (statusPublishedAtSeconds === undefined) return { grade, checkpointTimeSeconds, ageSeconds };
  return { grade, checkpointTimeSeconds, ageSeconds, statusAgeSeconds: now - statusPublishedAtSeconds };
}

/** Whether what is missing from our knowledge is missing from the ledger, give or take an ageing snapshot. */
export function isUpToDate(context: VerifyContext): boolean {
  const { grade } = freshnessOf(context, undefined);
  return grade === 'fresh' || grade === 'ageing';
}

/** What the freshness says against a "pass". Ageing knowledge still passes. */
export function freshnessProblem(context: VerifyContext, { grade }: Freshness): ReasonCode | undefined {
  switch (grade) {
    case 'fresh':
    case 'ageing':
      return undefined;
    case 'stale':
      return 'STATE_STALE';
    case 'unknown':
      return hasHead(context) ? 'CLOCK_BEHIND' : 'STATE_UNKNOWN';
  }
}

function gradeOf(context: FreshnessContext, ageSeconds: number): FreshnessGrade {
  const { policy } = context;
  // A clock behind the ledger cannot say how old the last block is.
  if (!hasHead(context) || isClockBehind(context)) return 'unknown';
  if (ageSeconds <= policy.freshSeconds) return 'fresh';
  return ageSeconds <= policy.ageingSeconds ? 'ageing' : 'stale';
}

function hasHead({ state }: Moment): boolean {
  return state.head.number >= 0;
}

/** A clock that says no time is behind any. */
function isClockBehind({ nowSeconds, state, policy }: FreshnessContext): boolean {
  const isAhead = nowSeconds + policy.clockSkewSeconds >= state.head.timeSeconds;
  return !(Number.isFinite(nowSeconds) && isAhead);
}
