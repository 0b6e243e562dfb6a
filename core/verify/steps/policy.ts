/** Step 9: good evidence, but does the checkpoint's policy accept it? */
import type { CredentialClaims } from '../../credential/claims.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';

export function policyProblems(
  { profile }: CredentialClaims,
  { profiles }: VerifyPolicy,
): readonly ReasonCode[] {
  return profiles === undefined || profiles.includes(profile) ? [] : ['PROFILE_NOT_ACCEPTED'];
}
