/**
 * Which rules may be asked, by what the ledger says of them. The authority of a jurisdiction publishes the digest of each
 * version of a policy and from when on it holds (`IPolicyRegistry`). Another content under that id is bent, or has been
 * replaced, whatever jurisdiction it names, and one that was withdrawn holds no longer: neither counts. Where the ledger has nothing under the id, the
 * rules count unless only registered ones may.
 */
import type { PolicyEvidence, PolicyRegistry, RegisteredAt } from '../verify/policy-rules.ts';
import { PolicyError } from './errors.ts';
import { isEffective, nameOf, type Policy } from './policy.ts';

/** A policy that holds by its own dates, and what the ledger says of it. */
export interface HeldPolicy extends RegisteredAt {
  readonly policy: Policy;
}

export function heldAt(
  versions: readonly Policy[],
  nowSeconds: number,
  registry: PolicyRegistry,
): readonly HeldPolicy[] {
  return versions
    .filter((policy) => isEffective(policy, nowSeconds))
    .map((policy) => ({ policy, ...registry.find(policy, nowSeconds) }));
}

/** Whether the rules may be asked. */
export function counts({ registration }: RegisteredAt, { isRequired }: PolicyRegistry): boolean {
  switch (registration) {
    case 'registered':
      return true;
    case 'unregistered':
    case 'unknown':
      return !isRequired;
    case 'other':
    case 'withdrawn':
      return false;
  }
}

/** As evidence tells it. */
export function isRegistered({ registration }: RegisteredAt): PolicyEvidence['registered'] {
  return registration === 'unknown' ? registration : registration === 'registered';
}

/**
 * Throws `POLICY_OTHER_THAN_REGISTERED` where all that could answer a question now is out of force on the ledger, one of
 * it because another content is in force under its id.
 *
 * @param questions versions of a policy, for each question
 */
export function refuseOthers(
  questions: readonly (readonly Policy[])[],
  nowSeconds: number,
  registry: PolicyRegistry,
): void {
  for (const versions of questions) {
    const held = heldAt(versions, nowSeconds, registry);
    const other = held.find(({ registration }) => registration === 'other');
    if (other === undefined || held.some((one) => counts(one, registry))) continue;
    throw new PolicyError(
      'POLICY_OTHER_THAN_REGISTERED',
      `${nameOf(other.policy)}: the ledger has other rules in force under this id`,
    );
  }
}
