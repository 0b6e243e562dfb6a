/**
 * The policies that one checkpoint applies, as the verification steps ask them: chosen by name, or by the passage
 * that is checked, for the moment of each scan.
 */
import type { JsonObject } from '../bytes/strict-json.ts';
import type { PolicyRules, RulesReport } from '../verify/policy-rules.ts';
import type { ReasonCode } from '../verify/reasons.ts';
import type { VerifiedRecord } from '../verify/verified-record.ts';
import { evaluatePolicy, together, type Decision, type PolicyReport } from './evaluate.ts';
import type { Facts } from './facts.ts';
import { isEffective, type Policy } from './policy.ts';
import { isInScope, type Passage } from './scope.ts';

/** One question, and the policies that may answer it: at each moment exactly one of them should. */
export type Versions = readonly Policy[];

export interface RulebookOptions {
  readonly questions: readonly Versions[];
  /** What the checkpoint knows beside the codes: place, route, traveller, and what the officer asked. */
  readonly trip: JsonObject;
}

export class Rulebook implements PolicyRules {
  readonly #questions: readonly Versions[];
  readonly #trip: JsonObject;

  constructor({ questions, trip }: RulebookOptions) {
    this.#questions = questions;
    this.#trip = trip;
  }

  apply(records: readonly VerifiedRecord[], nowSeconds: number): RulesReport {
    const facts = factsOf(records, this.#trip);
    const answers = this.#questions.map((versions) => answer(versions, facts, nowSeconds));
    const reports = answers.flatMap((one) => (typeof one === 'string' ? [] : [one]));
    const missing = answers.filter((one) => typeof one === 'string');
    const { kind, outcome } = together([...reports, ...missing.map(() => UNDECIDED)]);
    return {
      reasons:
        kind === 'undecided' && missing.length > 0 ? [...new Set(missing)] : reasonsFor({ kind, outcome }),
      policies: reports.map(({ policy, rules, ...decision }) => ({
        ...policy,
        kind: decision.kind,
        outcome: decision.outcome,
        rules,
      })),
      holdsUntilSeconds: Math.min(
        ...reports.map(({ holdsUntilSeconds }) => holdsUntilSeconds),
        ...this.#questions
          .flat()
          .flatMap(({ fromSeconds, untilSeconds = Infinity }) =>
            [fromSeconds, untilSeconds].filter((seconds) => seconds > nowSeconds),
          ),
        Infinity,
      ),
    };
  }
}

/** The questions of a passage: one for each topic on which its jurisdiction ever had a policy for it. */
export function questionsFor(
  policies: readonly Policy[],
  jurisdiction: string,
  passage: Passage,
): readonly Versions[] {
  const meant = policies.filter(
    (policy) => policy.jurisdiction === jurisdiction && isInScope(policy.scope, passage),
  );
  return [...Map.groupBy(meant, ({ topic }) => topic).values()];
}

/** The records of one person as rules see them. */
export function factsOf(records: readonly VerifiedRecord[], trip: JsonObject): Facts {
  const dob = records
    .flatMap(({ person }) => person.dob ?? [])
    // The most precise of those that are shown.
    .toSorted((a, b) => b.length - a.length)[0];
  const sex = records.flatMap(({ person }) => person.sex ?? [])[0];
  return {
    person: { ...(dob === undefined ? {} : { dob }), ...(sex === undefined ? {} : { sex }) },
    records: records.map(({ facts, issuer, type }) => ({
      type,
      facts,
      ...(issuer === undefined ? {} : { issuer }),
    })),
    trip,
  };
}

const UNDECIDED: Decision = { kind: 'undecided', outcome: 'refer' };

function answer(
  versions: Versions,
  facts: Facts,
  nowSeconds: number,
): PolicyReport | 'POLICY_NOT_IN_FORCE' | 'POLICY_AMBIGUOUS' {
  const [policy, ...others] = versions.filter((one) => isEffective(one, nowSeconds));
  if (policy === undefined) return 'POLICY_NOT_IN_FORCE';
  return others.length > 0 ? 'POLICY_AMBIGUOUS' : evaluatePolicy(policy, facts, nowSeconds);
}

function reasonsFor({ kind, outcome }: Decision): readonly ReasonCode[] {
  if (kind === 'undecided') return ['RULE_UNDECIDED'];
  switch (outcome) {
    case 'pass':
      return [];
    case 'condition':
      return ['RULE_CONDITION'];
    case 'refer':
      return ['RULE_REFER'];
    case 'stop':
      return ['RULE_STOP'];
  }
}
