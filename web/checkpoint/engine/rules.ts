/** From the settings of a checkpoint to the policy that the steps of a verdict ask. */
import { defaultPolicies } from '../../../core/policy/default-policies.ts';
import { isEffective } from '../../../core/policy/policy.ts';
import { questionsFor, Rulebook, type Versions } from '../../../core/policy/rulebook.ts';
import { defaultPolicy, type VerifyPolicy } from '../../../core/verify/policy.ts';
import type { CheckpointPolicy, RulePassage } from './checkpoint-policy.ts';
import { pathOf, STATED_FACTS, type Stated, type StatedFact } from './stated.ts';

const VERSION = 1;

/** Read once for many verdicts: reading rules takes longer than one. */
export class CheckpointRules {
  readonly #settings: CheckpointPolicy;
  readonly #questions: readonly Versions[];

  constructor(settings: CheckpointPolicy) {
    this.#settings = settings;
    this.#questions = settings.passage === undefined ? [] : questionsOf(settings.passage);
  }

  /** What is asked about somebody of whom an officer states this. */
  policyFor(stated: Stated = {}): VerifyPolicy {
    const { ageingSeconds, mode, passage } = this.#settings;
    const base = { ...defaultPolicy, id: mode, version: VERSION, ageingSeconds };
    if (passage === undefined) return base;
    const { jurisdiction: _, ...trip } = passage;
    // A passage that nobody has rules for is not one without rules: it stays undecided.
    const questions = this.#questions.length === 0 ? [[]] : this.#questions;
    return { ...base, rules: new Rulebook({ questions, trip: { ...stated, ...trip } }) };
  }

  /** What the rules in force need an officer for. */
  factsAsked(nowSeconds: number): readonly StatedFact[] {
    const needs = this.#questions
      .flat()
      .filter((policy) => isEffective(policy, nowSeconds))
      .flatMap(({ rules }) => rules.flatMap((rule) => rule.needs));
    return STATED_FACTS.filter((fact) => needs.includes(pathOf(fact)));
  }
}

/** Whether some rule for the passage is in force: a checkpoint without one refers everybody. */
export function areRulesInForce(passage: RulePassage, nowSeconds: number): boolean {
  const questions = questionsOf(passage);
  return (
    questions.length > 0 &&
    questions.every((versions) => versions.some((policy) => isEffective(policy, nowSeconds)))
  );
}

function questionsOf({ jurisdiction, ...passage }: RulePassage): readonly Versions[] {
  return questionsFor(defaultPolicies().policies, jurisdiction, passage);
}
