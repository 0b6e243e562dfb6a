/** How much our knowledge can be relied on now: of the ledger, and of the signers of other systems. */
import { isEnding, isOver, type ListLife } from '../foreign/list-life.ts';
import { foreignTimeOf, timeOf, type Moment, type VerifyContext } from './context.ts';
import type { VerifyPolicy } from './policy.ts';
import type { ReasonCode } from './reasons.ts';
import type { FreshnessGrade, LedgerFreshness, ListFreshness } from './verdict.ts';

/** All that a grade depends on. */
export interface FreshnessContext extends Moment {
  readonly policy: Pick<VerifyPolicy, 'ageingSeconds' | 'clockSkewSeconds' | 'freshSeconds'>;
}

/** @param statusPublishedAtSeconds when the version of the status list in use was anchored */
export function freshnessOf(
  context: FreshnessContext,
  statusPublishedAtSeconds: number | undefined,
): LedgerFreshness {
  const checkpointTimeSeconds = context.state.head.timeSeconds;
  const now = timeOf(context);
  const ageSeconds = now - checkpointTimeSeconds;
  const grade = gradeOf(context, ageSeconds);
  const ledger = { basis: 'ledger', grade, checkpointTimeSeconds, ageSeconds } as const;
  if (statusPublishedAtSeconds === undefined) return ledger;
  return { ...ledger, statusAgeSeconds: now - statusPublishedAtSeconds };
}

/** By what the list that names the signer says itself. @param life `undefined`: no list names one */
export function listFreshnessOf(context: VerifyContext, life: ListLife | undefined): ListFreshness {
  const { fromSeconds, untilSeconds } = life ?? {};
  return {
    basis: 'trust-list',
    grade: listGradeOf(life ?? {}, foreignTimeOf(context)),
    ...(fromSeconds === undefined ? {} : { listedAtSeconds: fromSeconds }),
    ...(untilSeconds === undefined ? {} : { listedUntilSeconds: untilSeconds }),
  };
}

function listGradeOf(life: ListLife, nowSeconds: number): FreshnessGrade {
  if (life.untilSeconds === undefined) return 'unknown';
  if (isOver(life, nowSeconds)) return 'stale';
  return isEnding(life, nowSeconds) ? 'ageing' : 'fresh';
}

/** Whether what is missing from our knowledge is missing from the ledger, give or take an ageing snapshot. */
export function isUpToDate(context: VerifyContext): boolean {
  const { grade } = freshnessOf(context, undefined);
  return grade === 'fresh' || grade === 'ageing';
}

/** What the freshness of the ledger says against a "pass". Ageing knowledge still passes. */
export function freshnessProblem(context: VerifyContext, { grade }: LedgerFreshness): ReasonCode | undefined {
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

/** What our clock says against a "pass" of a code that is on no ledger: whether it has ended, nobody could say. */
export function clockProblem(context: VerifyContext): ReasonCode | undefined {
  const isWrong = context.isTimeGiven !== true && hasHead(context) && isClockBehind(context);
  return isWrong ? 'CLOCK_BEHIND' : undefined;
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
