/**
 * Step 7: whether the one who shows the code holds its key. A code alone is a static print; whether that is
 * enough is the policy's business.
 */
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';

/** Empty: nothing is asked for, and the step is reported as not checked. */
export function holderProblems({ acceptStaticPrint }: VerifyPolicy): readonly ReasonCode[] {
  return acceptStaticPrint ? [] : ['PRESENTATION_REQUIRED'];
}
