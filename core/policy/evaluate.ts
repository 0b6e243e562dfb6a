/**
 * A policy and facts → what each rule says, and what follows. Three kinds, which never mix: `accepted`, `refused`
 * (the facts are plain and a rule says no), `undecided` (a fact is missing or imprecise, or a rule does not
 * answer). An undecided rule matters only if it could make the outcome worse: a plain "stop" stays a stop.
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { OUTCOMES, type Outcome } from '../verify/reasons.ts';
import { ask, isAffordable } from './certlogic.ts';
import { longestListIn } from './expression.ts';
import { MAX_RECORDS, memberOf, type Facts } from './facts.ts';
import type { Otherwise, Policy, Rule, Texts } from './policy.ts';
import { readVariants, type Variants } from './variants.ts';

export type DecisionKind = 'accepted' | 'refused' | 'undecided';

export interface Decision {
  readonly kind: DecisionKind;
  /** `refer` whenever undecided. */
  readonly outcome: Outcome;
}

/** `fact-missing`: nobody said; `fact-imprecise`: both can be meant; `no-answer`: the rule itself gives none. */
export type Doubt = 'fact-missing' | 'fact-imprecise' | 'no-answer';

export interface RuleReport {
  readonly id: string;
  readonly result: 'pass' | 'fail' | 'undecided';
  readonly doubt?: Doubt;
  /** What it leads to when it fails. */
  readonly otherwise: Otherwise;
  readonly message: Texts;
}

export interface PolicyReport extends Decision {
  readonly policy: { readonly id: string; readonly version: number; readonly title: Texts };
  readonly rules: readonly RuleReport[];
  /** Until then the same facts give the same report, Unix seconds. */
  readonly holdsUntilSeconds: number;
}

/** The last second of the year 9999. */
const MAX_SECONDS = 253_402_300_799;
const NO_TIME: Variants = { data: undefined, changesAtSeconds: Infinity };

type RuleAnswer = Pick<RuleReport, 'result' | 'doubt'>;

/** Never throws. Whether the policy is in force at that time is not looked at. */
export function evaluatePolicy(policy: Policy, facts: Facts, nowSeconds: number): PolicyReport {
  const isTime = Math.abs(nowSeconds) <= MAX_SECONDS;
  const { data, changesAtSeconds } = isTime ? readVariants(policy, facts, nowSeconds) : NO_TIME;
  const isTooMuch = data === undefined || facts.records.length > MAX_RECORDS;
  const answers = isTooMuch ? [policy.rules.map(() => imprecise)] : answersTo(policy, data);
  return {
    policy: { id: policy.id, version: policy.version, title: policy.title },
    ...merge(answers.map((variant) => decide(policy.rules, variant))),
    rules: policy.rules.map((rule, place) => ({
      id: rule.id,
      // Each variant has an answer for each rule.
      ...mergeAnswers(answers.map((variant) => variant[place]!)),
      otherwise: rule.otherwise,
      message: rule.message,
    })),
    holdsUntilSeconds: Math.min(changesAtSeconds, nextVersionAt(policy, nowSeconds)),
  };
}

/** Several decisions about one passage: the worst counts, and an open question counts as its worst answer. */
export function together(decisions: readonly Decision[]): Decision {
  const refusal = worst(decisions.filter(({ kind }) => kind === 'refused').map(({ outcome }) => outcome));
  const isOpen = decisions.some(({ kind }) => kind === 'undecided');
  if (isOpen && severity(refusal) < severity('stop')) return UNDECIDED;
  return refusal === 'pass' ? ACCEPTED : { kind: 'refused', outcome: refusal };
}

const ACCEPTED: Decision = { kind: 'accepted', outcome: 'pass' };
const UNDECIDED: Decision = { kind: 'undecided', outcome: 'refer' };
const imprecise: RuleAnswer = { result: 'undecided', doubt: 'fact-imprecise' };
const noAnswer: RuleAnswer = { result: 'undecided', doubt: 'no-answer' };

function answersTo(policy: Policy, data: readonly JsonObject[]): readonly (readonly RuleAnswer[])[] {
  // The variants differ in what their lists hold, not in how long they are. Value sets are written out in the rules.
  const longestList = longestListIn(data[0]?.['payload'] ?? null);
  // Over lists up to this length every rule was found affordable when it was read.
  const isShort = longestList <= MAX_RECORDS;
  const affordable = new Set(policy.rules.filter(({ logic }) => isShort || isAffordable(logic, longestList)));
  return data.map((variant) =>
    policy.rules.map((rule) => (affordable.has(rule) ? answer(rule, variant) : noAnswer)),
  );
}

function answer({ logic, needs }: Rule, data: JsonObject): RuleAnswer {
  if (needs.some((path) => isMissing(data, path))) return { result: 'undecided', doubt: 'fact-missing' };
  switch (ask(logic, data)) {
    case 'yes':
      return { result: 'pass' };
    case 'no':
      return { result: 'fail' };
    case 'undecided':
      return noAnswer;
  }
}

function isMissing(data: JsonObject, path: string): boolean {
  let value: JsonValue | undefined = data;
  for (const name of path.split('.')) {
    if (isJsonArray(value)) value = value[Number(name)];
    else value = isJsonObject(value) ? memberOf(value, name) : undefined;
  }
  return value === undefined || value === null;
}

function decide(rules: readonly Rule[], answers: readonly RuleAnswer[]): Decision {
  const outcomesOf = (result: RuleAnswer['result']): readonly Outcome[] =>
    rules.filter((_, place) => answers[place]?.result === result).map(({ otherwise }) => otherwise);
  const refusal = worst(outcomesOf('fail'));
  if (severity(worst(outcomesOf('undecided'))) > severity(refusal)) return UNDECIDED;
  return refusal === 'pass' ? ACCEPTED : { kind: 'refused', outcome: refusal };
}

/** The same for every way to read the facts, or undecided. */
function merge(decisions: readonly Decision[]): Decision {
  const [first = UNDECIDED, ...others] = decisions;
  const isSame = others.every(({ kind, outcome }) => kind === first.kind && outcome === first.outcome);
  return isSame ? first : UNDECIDED;
}

function mergeAnswers(answers: readonly RuleAnswer[]): RuleAnswer {
  const [first = imprecise, ...others] = answers;
  return others.every(({ result }) => result === first.result) ? first : imprecise;
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce<Outcome>((a, b) => (severity(a) < severity(b) ? b : a), 'pass');
}

function severity(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome);
}

function nextVersionAt({ fromSeconds, untilSeconds = Infinity }: Policy, nowSeconds: number): number {
  return nowSeconds < fromSeconds ? fromSeconds : nowSeconds < untilSeconds ? untilSeconds : Infinity;
}
