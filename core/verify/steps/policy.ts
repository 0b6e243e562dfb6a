/** Step 9: good evidence, but does the checkpoint's policy accept it? */
import type { CredentialClaims } from '../../credential/claims.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { PolicyRules } from '../policy-rules.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';
import type { VerifiedRecord } from '../verified-record.ts';

export function policyProblems(
  { profile }: CredentialClaims,
  { profiles }: VerifyPolicy,
): readonly ReasonCode[] {
  return profiles === undefined || profiles.includes(profile) ? [] : ['PROFILE_NOT_ACCEPTED'];
}

/** What the rules of the place say. */
export function ruleProblems(
  rules: PolicyRules,
  records: readonly VerifiedRecord[],
  nowSeconds: number,
  trail: Trail,
): readonly ReasonCode[] {
  const { holdsUntilSeconds, policies, reasons } = rules.apply(records, nowSeconds);
  trail.evidence.policies = policies;
  trail.changesAt(holdsUntilSeconds);
  return reasons;
}
