/** Step 5 for codes of other systems, and whether their signer's certificate was valid, then and now. */
import type { ForeignContent, Signer } from '../../foreign/foreign-code.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';

export function foreignValidityProblems(
  { issuedAtSeconds, notBeforeSeconds, expiresAtSeconds }: ForeignContent,
  nowSeconds: number,
  { clockSkewSeconds }: VerifyPolicy,
  trail: Trail,
): readonly ReasonCode[] {
  const reasons: ReasonCode[] = [];
  if (issuedAtSeconds !== undefined && nowSeconds < issuedAtSeconds - clockSkewSeconds) {
    trail.changesAt(issuedAtSeconds - clockSkewSeconds);
    reasons.push('ISSUED_IN_FUTURE');
  }
  if (notBeforeSeconds !== undefined && nowSeconds < notBeforeSeconds - clockSkewSeconds) {
    trail.changesAt(notBeforeSeconds - clockSkewSeconds);
    reasons.push('NOT_YET_VALID');
  }
  if (expiresAtSeconds !== undefined) {
    trail.changesAt(expiresAtSeconds + clockSkewSeconds);
    if (nowSeconds >= expiresAtSeconds + clockSkewSeconds) reasons.push('EXPIRED');
  }
  return reasons;
}

/** A certificate signs within its validity, and what it signed is good as long as it is. */
export function signerValidityProblems(
  { issuedAtSeconds }: ForeignContent,
  { notBeforeSeconds = -Infinity, notAfterSeconds = Infinity }: Signer,
  nowSeconds: number,
  { clockSkewSeconds }: VerifyPolicy,
): readonly ReasonCode[] {
  const isWithin = (seconds: number): boolean =>
    seconds >= notBeforeSeconds - clockSkewSeconds && seconds <= notAfterSeconds + clockSkewSeconds;
  const isGood = isWithin(nowSeconds) && (issuedAtSeconds === undefined || isWithin(issuedAtSeconds));
  return isGood ? [] : ['KEY_NOT_VALID'];
}
