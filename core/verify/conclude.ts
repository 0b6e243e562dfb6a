/**
 * Judgement + freshness → verdict. The worst validity decides, and only the reasons of that kind are given:
 * "the evidence is bad", "it could not be decided" and "the rule says no" never stand side by side. (Each
 * step's own report keeps what it found.)
 */
import type { VerifyContext } from './context.ts';
import type { VerifyPolicy } from './policy.ts';
import { clockProblem, freshnessOf, freshnessProblem, listFreshnessOf } from './freshness.ts';
import { OUTCOMES, REASONS, type Outcome, type ReasonCode, type Validity } from './reasons.ts';
import type { Judgement } from './trail.ts';
import { STEPS, type Freshness, type Step, type StepReport, type Verdict } from './verdict.ts';

const VALIDITIES: readonly Validity[] = ['valid', 'unconfirmed', 'invalid'];
const NOTHING_CHECKED: readonly StepReport[] = STEPS.map((step) => ({ step, result: 'not-checked' }));

export function conclude(judgement: Judgement, context: VerifyContext): Verdict {
  const { policy } = context;
  const freshness = judgement.restsOnLedger
    ? freshnessOf(context, judgement.statusPublishedAtSeconds)
    : listFreshnessOf(context, judgement.listLife);
  const stepReasons = reasonsOf(judgement.steps);
  const problem = freshness.basis === 'ledger' ? freshnessProblem(context, freshness) : clockProblem(context);
  const all = problem === undefined ? stepReasons : [...stepReasons, problem];
  return {
    ...weigh(all),
    freshness,
    policy: nameOf(policy, judgement),
    steps: problem === undefined ? judgement.steps : withPolicyProblem(judgement.steps, problem),
    evidence: judgement.evidence,
  };
}

/** The verdict with one more reason, found in `step` after it was given. */
export function withReason(verdict: Verdict, step: Step, reason: ReasonCode): Verdict {
  return {
    ...verdict,
    ...weigh([...verdict.reasons, reason]),
    steps: verdict.steps.map((report) =>
      report.step === step
        ? { step, result: 'failed', reasons: [...(report.reasons ?? []), reason] }
        : report,
    ),
  };
}

/** The worst validity among the reasons, the reasons of that kind, and the worst outcome among those. */
export function weigh(all: readonly ReasonCode[]): Pick<Verdict, 'outcome' | 'validity' | 'reasons'> {
  const validity = worst(VALIDITIES, all, 'validity');
  const reasons = all.filter((reason) => REASONS[reason].validity === validity);
  return { outcome: worst(OUTCOMES, reasons, 'outcome'), validity, reasons };
}

/** A policy that is data has a version for each time: the one that was asked. */
function nameOf({ id, version }: VerifyPolicy, { evidence }: Judgement): Verdict['policy'] {
  const asked = evidence.policies?.find((policy) => policy.id === id);
  return { id, version: asked?.version ?? version };
}

function reasonsOf(steps: readonly StepReport[]): readonly ReasonCode[] {
  const reasons: ReasonCode[] = [];
  for (const step of steps) if (step.reasons !== undefined) reasons.push(...step.reasons);
  return reasons;
}

/** When nothing at all could be done, not even look at the context. */
export function couldNotDecide(policy: { readonly id: string; readonly version: number }): Verdict {
  const freshness: Freshness = {
    basis: 'ledger',
    grade: 'unknown',
    checkpointTimeSeconds: 0,
    ageSeconds: 0,
  };
  const evidence = { signature: 'not-checked' } as const;
  const { outcome, validity } = REASONS.COULD_NOT_DECIDE;
  return {
    outcome,
    validity,
    reasons: ['COULD_NOT_DECIDE'],
    freshness,
    policy,
    steps: NOTHING_CHECKED,
    evidence,
  };
}

/** The freshness is the last step's to judge; where that was not taken, it stays so. */
function withPolicyProblem(steps: readonly StepReport[], problem: ReasonCode): readonly StepReport[] {
  return steps.map((report) => {
    if (report.step !== 'policy' || report.result === 'not-checked') return report;
    const result = report.result === 'failed' ? 'failed' : 'unconfirmed';
    return { step: 'policy', result, reasons: [...(report.reasons ?? []), problem] };
  });
}

function worst<Aspect extends 'validity' | 'outcome'>(
  order: readonly (Aspect extends 'validity' ? Validity : Outcome)[],
  reasons: readonly ReasonCode[],
  aspect: Aspect,
): Aspect extends 'validity' ? Validity : Outcome {
  let index = 0;
  // REASONS holds, for each aspect, values of `order`, which is not empty.
  const places = order as readonly (Validity | Outcome)[];
  for (const reason of reasons) index = Math.max(index, places.indexOf(REASONS[reason][aspect]));
  return order[index]!;
}
