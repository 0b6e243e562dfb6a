/**
 * The policies that a checkpoint holds. A new set is taken whole or not at all: a file that does not parse is
 * refused by name, and the last good set stays.
 */
import { BytesError } from '../bytes/errors.ts';
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonObject, parseStrictJsonText } from '../bytes/strict-json.ts';
import { coverageProblems, type CoverageProblem } from './coverage.ts';
import { PolicyError, type PolicyErrorCode } from './errors.ts';
import { isEffective, nameOf, type Policy } from './policy.ts';
import { parsePolicy } from './policy-form.ts';
import { isInScope, type Passage } from './scope.ts';

/** Characters; the largest of ours has a tenth of it. */
export const MAX_POLICY_TEXT = 1_000_000;

export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

export interface RefusedFile {
  readonly name: string;
  readonly code: PolicyErrorCode;
  /** Names the field or the operator. */
  readonly message: string;
}

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

/** Holds the policies in use. */
export class PolicyShelf {
  #current: PolicySet;

  constructor(first: PolicySet = new PolicySet([])) {
    this.#current = first;
  }

  get current(): PolicySet {
    return this.#current;
  }

  /** Takes all files or none. Empty: taken. */
  replace(files: readonly PolicyFile[]): readonly RefusedFile[] {
    const read = files.map(readFile);
    const refused = read.flatMap((one) => ('refused' in one ? [one.refused] : []));
    if (refused.length > 0) return refused;
    const policies = read.flatMap((one) => ('policy' in one ? [one.policy] : []));
    try {
      this.#current = new PolicySet(policies);
      return [];
    } catch (error) {
      return [refusal(nameOfLast(files, policies), error)];
    }
  }
}

function readFile({
  name,
  text,
}: PolicyFile): { readonly policy: Policy } | { readonly refused: RefusedFile } {
  try {
    return { policy: parsePolicyFile(text) };
  } catch (error) {
    return { refused: refusal(name, error) };
  }
}

function refusal(name: string, error: unknown): RefusedFile {
  if (!(error instanceof PolicyError)) throw error;
  return { name, code: error.code, message: error.message };
}

/** The file that repeats what an earlier one has. */
function nameOfLast(files: readonly PolicyFile[], policies: readonly Policy[]): string {
  const names = policies.map(nameOf);
  const place = names.findIndex((name, at) => names.indexOf(name) < at);
  return files[place]?.name ?? '';
}
