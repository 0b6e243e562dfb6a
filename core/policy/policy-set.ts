/** Policies as a set, with what is wrong with it as one, and their files. */
import { BytesError } from '../bytes/errors.ts';
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonObject, parseStrictJsonText } from '../bytes/strict-json.ts';
import { coverageProblems, type CoverageProblem } from './coverage.ts';
import { PolicyError } from './errors.ts';
import { isEffective, nameOf, type Policy } from './policy.ts';
import { parsePolicy } from './policy-form.ts';
import { isInScope, type Passage } from './scope.ts';

/** Characters; the largest of ours has a tenth of it. */
export const MAX_POLICY_TEXT = 1_000_000;

/** JSON of a policy file: a policy, or `{"policy": …, "cases": […]}`. Throws `PolicyError`. */
export function parsePolicyFile(text: string): Policy {
  const value = parsePolicyJson(text);
  return parsePolicy(isJsonObject(value) && Object.hasOwn(value, 'policy') ? value['policy']! : value);
}

/** Throws `POLICY_NOT_JSON`, `POLICY_TOO_LARGE`. */
export function parsePolicyJson(text: string): JsonValue {
  if (text.length > MAX_POLICY_TEXT) {
    throw new PolicyError('POLICY_TOO_LARGE', `longer than ${MAX_POLICY_TEXT} characters`);
  }
  try {
    return parseStrictJsonText(text);
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
    throw new PolicyError('POLICY_NOT_JSON', cause.message, { cause });
  }
}

export class PolicySet {
  readonly policies: readonly Policy[];
  /** Reported, not refused: which of two overlapping policies is meant, people have to say. */
  readonly problems: readonly CoverageProblem[];

  /** Throws `POLICY_NOT_UNIQUE` for two of one id and version. */
  constructor(policies: readonly Policy[]) {
    const names = policies.map(nameOf);
    const twice = names.find((name, place) => names.indexOf(name) < place);
    if (twice !== undefined) throw new PolicyError('POLICY_NOT_UNIQUE', `${twice} is there twice`);
    this.policies = policies;
    this.problems = coverageProblems(policies);
  }

  /** All versions of `id`, oldest first; none when it is not known. */
  versionsOf(id: string): readonly Policy[] {
    return this.policies.filter((policy) => policy.id === id).toSorted((a, b) => a.version - b.version);
  }

  /** `hk.vp@3`. */
  find(name: string): Policy | undefined {
    return this.policies.find((policy) => nameOf(policy) === name);
  }

  /** What applies to a passage: one policy for each topic, unless the set has an overlap. */
  applicable(jurisdiction: string, passage: Passage, seconds: number): readonly Policy[] {
    return this.policies.filter(
      (policy) =>
        policy.jurisdiction === jurisdiction &&
        isEffective(policy, seconds) &&
        isInScope(policy.scope, passage),
    );
  }
}
