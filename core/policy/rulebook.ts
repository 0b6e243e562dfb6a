/**
 * The policies that one checkpoint applies, as the verification steps ask them: chosen by name, or by the passage
 * that is checked, for the moment of each scan.
 */
import type { JsonObject } from '../bytes/strict-json.ts';
import type { PolicyEvidence, PolicyRegistry, PolicyRules, RulesReport } from '../verify/policy-rules.ts';
import type { ReasonCode } from '../verify/reasons.ts';
import type { VerifiedRecord } from '../verify/verified-record.ts';
import { evaluatePolicy, together, type Decision, type PolicyReport } from './evaluate.ts';
import type { Facts } from './facts.ts';
import { NOTHING_REGISTERED } from './ledger-registry.ts';
import type { Policy } from './policy.ts';
import { counts, heldAt, isRegistered, type HeldPolicy } from './registration.ts';
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

  apply(
    records: readonly VerifiedRecord[],
    nowSeconds: number,
    registry: PolicyRegistry = NOTHING_REGISTERED,
  ): RulesReport {
    const facts = factsOf(records, this.#trip);
    const held = this.#questions.map((versions) => heldAt(versions, nowSeconds, registry));
    const answers = held.map((those) =>
      answer(
        those.filter((one) => counts(one, registry)),
        facts,
        nowSeconds,
      ),
    );
    const reports = answers.flatMap((one) => (typeof one === 'string' ? [] : [one]));
    const missing = answers.filter((one) => typeof one === 'string');
    const { kind, outcome } = together([...reports, ...missing.map(() => UNDECIDED)]);
    return {
      reasons:
        kind === 'undecided' && missing.length > 0 ? [...new Set(missing)] : reasonsFor({ kind, outcome }),
      policies: reports.map(({ kind, outcome, policy, registered, rules }) => ({
        ...policy,
        kind,
        outcome,
        registered,
        rules,
      })),
      holdsUntilSeconds: Math.min(
        ...reports.map(({ holdsUntilSeconds }) => holdsUntilSeconds),
        ...held.flat().map(({ untilSeconds }) => untilSeconds),
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

type Answer = PolicyReport & Pick<PolicyEvidence, 'registered'>;

function answer(
  [held, ...others]: readonly HeldPolicy[],
  facts: Facts,
  nowSeconds: number,
): Answer | 'POLICY_NOT_IN_FORCE' | 'POLICY_AMBIGUOUS' {
  if (held === undefined) return 'POLICY_NOT_IN_FORCE';
  if (others.length > 0) return 'POLICY_AMBIGUOUS';
  return { ...evaluatePolicy(held.policy, facts, nowSeconds), registered: isRegistered(held) };
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
