/** Step 9: good evidence, but does the checkpoint's policy accept it? */
import type { CredentialClaims } from '../../credential/claims.ts';
import type { Colour } from '../../record/derived.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { PolicyRules } from '../policy-rules.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';
import type { VerifiedRecord } from '../verified-record.ts';

export function policyProblems(claims: CredentialClaims, { profiles }: VerifyPolicy): readonly ReasonCode[] {
  const accepted = profiles === undefined || profiles.includes(claims.profile);
  const reasons: readonly ReasonCode[] = accepted ? [] : ['PROFILE_NOT_ACCEPTED'];
  const ofKind = kindProblem(claims);
  return ofKind === undefined ? reasons : [...reasons, ofKind];
}

/** A conversion is for the authority that decides on it, never for a door. */
function kindProblem(claims: CredentialClaims): ReasonCode | undefined {
  if (claims.vct === 'urn:hcl:conversion:1') return 'CONVERSION_ON_ITS_WAY';
  return claims.vct === 'urn:hcl:status:1' ? COLOUR_REASONS[claims.facts.state] : undefined;
}

/** Whatever the place asks: a code that is not the best of its scheme is never a plain pass. */
const COLOUR_REASONS: Readonly<Record<Colour, ReasonCode | undefined>> = {
  blue: undefined,
  green: undefined,
  amber: 'COLOUR_AMBER',
  yellow: 'COLOUR_YELLOW',
  red: 'COLOUR_RED',
};

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
