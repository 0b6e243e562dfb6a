/** Step 9 for codes of other systems: they name their holder in full, as our travel profile does. */
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';

export function foreignPolicyProblems({ profiles }: VerifyPolicy): readonly ReasonCode[] {
  return profiles === undefined || profiles.includes('travel') ? [] : ['PROFILE_NOT_ACCEPTED'];
}
