/** Step 5: the times in the payload (RFC 7519 §4.1.4-6), with the policy's tolerance, against now and the anchor. */
import type { CredentialClaims } from '../../credential/claims.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';

/** `iat` is coarsened down to the hour, so it lies before the anchor; an hour more forgives a wrong clock. */
const COARSE_SECONDS = 3600;

export interface Times {
  readonly nowSeconds: number;
  /** Absent while the root is not seen. */
  readonly anchoredAtSeconds?: number;
}

export function validityProblems(
  { iat, nbf, exp }: CredentialClaims,
  { nowSeconds, anchoredAtSeconds }: Times,
  { clockSkewSeconds }: VerifyPolicy,
  trail: Trail,
): readonly ReasonCode[] {
  const reasons: ReasonCode[] = [];
  const issuedFrom = iat - clockSkewSeconds;
  trail.changesAt(issuedFrom);
  if (nowSeconds < issuedFrom) reasons.push('ISSUED_IN_FUTURE');
  if (anchoredAtSeconds !== undefined && iat > anchoredAtSeconds + COARSE_SECONDS) {
    reasons.push('ISSUED_AFTER_ANCHOR');
  }
  if (nbf !== undefined) {
    trail.changesAt(nbf - clockSkewSeconds);
    if (nowSeconds < nbf - clockSkewSeconds) reasons.push('NOT_YET_VALID');
  }
  if (exp !== undefined) {
    trail.changesAt(exp + clockSkewSeconds);
    if (nowSeconds >= exp + clockSkewSeconds) reasons.push('EXPIRED');
  }
  return reasons;
}
