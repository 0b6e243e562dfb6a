/** From the settings of a checkpoint to the policy that the steps of a verdict ask. */
import { defaultPolicies } from '../../../core/policy/default-policies.ts';
import { isEffective } from '../../../core/policy/policy.ts';
import { questionsFor, Rulebook } from '../../../core/policy/rulebook.ts';
import { defaultPolicy, type VerifyPolicy } from '../../../core/verify/policy.ts';
import type { CheckpointPolicy, RulePassage } from './checkpoint-policy.ts';

const VERSION = 1;

export function toVerifyPolicy({ ageingSeconds, mode, passage }: CheckpointPolicy): VerifyPolicy {
  const base = { ...defaultPolicy, id: mode, version: VERSION, ageingSeconds };
  return passage === undefined ? base : { ...base, rules: rulesFor(passage) };
}

function rulesFor({ jurisdiction, ...passage }: RulePassage): Rulebook {
  const questions = questionsFor(defaultPolicies().policies, jurisdiction, passage);
  // A passage that nobody has rules for is not one without rules: it stays undecided.
  return new Rulebook({ questions: questions.length === 0 ? [[]] : questions, trip: { ...passage } });
}

/** Whether some rule for the passage is in force: a checkpoint without one refers everybody. */
export function areRulesInForce({ jurisdiction, ...passage }: RulePassage, nowSeconds: number): boolean {
  const questions = questionsFor(defaultPolicies().policies, jurisdiction, passage);
  return (
    questions.length > 0 &&
    questions.every((versions) => versions.some((policy) => isEffective(policy, nowSeconds)))
  );
}
