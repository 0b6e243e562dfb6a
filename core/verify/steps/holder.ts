/**
 * Step 7: whether the one who shows the code holds its key. A code alone is a static print; whether that is
 * enough is the policy's business.
 */
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';

export function checkHolder(policy: VerifyPolicy, trail: Trail): void {
  const missing: readonly ReasonCode[] = policy.acceptStaticPrint ? [] : ['PRESENTATION_REQUIRED'];
  if (missing.length > 0) trail.conclude('holder', missing);
  else trail.report('holder', 'not-checked');
}
