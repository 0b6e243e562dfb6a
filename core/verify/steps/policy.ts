/** Step 9: good evidence, but does the checkpoint's policy accept it? */
import type { CredentialClaims } from '../../credential/claims.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { PolicyRules, VerifiedCredential } from '../policy-rules.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';

export function policyProblems(
  { profile }: CredentialClaims,
  { profiles }: VerifyPolicy,
): readonly ReasonCode[] {
  return profiles === undefined || profiles.includes(profile) ? [] : ['PROFILE_NOT_ACCEPTED'];
}

/** What the rules of the place say. */
export function ruleProblems(
  rules: PolicyRules,
  credential: VerifiedCredential,
  nowSeconds: number,
  trail: Trail,
): readonly ReasonCode[] {
  const { holdsUntilSeconds, policies, reasons } = rules.apply([credential], nowSeconds);
  trail.evidence.policies = policies;
  trail.changesAt(holdsUntilSeconds);
  return reasons;
}
