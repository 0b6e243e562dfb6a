/** Step 9: good evidence, but does the checkpoint's policy accept it? */
import type { CredentialClaims } from '../../credential/claims.ts';
import { SCHEME_FORMS, severityOf } from '../../health/schemes.ts';
import type { Colour } from '../../record/derived.ts';
import type { VerifyContext } from '../context.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { PolicyRules } from '../policy-rules.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';
import type { VerifiedRecord } from '../verified-record.ts';

/** @param jurisdiction of the issuer */
export function policyProblems(
  claims: CredentialClaims,
  jurisdiction: string,
  { profiles }: VerifyPolicy,
): readonly ReasonCode[] {
  const accepted = profiles === undefined || profiles.includes(claims.profile);
  const reasons: readonly ReasonCode[] = accepted ? [] : ['PROFILE_NOT_ACCEPTED'];
  const ofKind = kindProblem(claims, jurisdiction);
  return ofKind === undefined ? reasons : [...reasons, ofKind];
}

/** A conversion is for the authority that decides on it, never for a door. */
function kindProblem(claims: CredentialClaims, jurisdiction: string): ReasonCode | undefined {
  if (claims.vct === 'urn:hcl:conversion:1') return 'CONVERSION_ON_ITS_WAY';
  if (claims.vct !== 'urn:hcl:status:1') return undefined;
  const { scheme, state } = claims.facts;
  const isGivenThere =
    SCHEME_FORMS[scheme].country === jurisdiction && severityOf(scheme, state) !== undefined;
  return isGivenThere ? COLOUR_REASONS[state] : 'COLOUR_NOT_GIVEN_THERE';
}

/** Whatever the place asks: a code that is not the best of its scheme is never a plain pass. */
const COLOUR_REASONS: Readonly<Record<Colour, ReasonCode | undefined>> = {
  blue: undefined,
  green: undefined,
  amber: 'COLOUR_AMBER',
  yellow: 'COLOUR_YELLOW',
  red: 'COLOUR_RED',
};

/** What the rules of the place say at `nowSeconds`. */
export function ruleProblems(
  rules: PolicyRules,
  records: readonly VerifiedRecord[],
  { nowSeconds, registry }: Pick<VerifyContext, 'nowSeconds' | 'registry'>,
  trail: Trail,
): readonly ReasonCode[] {
  const { holdsUntilSeconds, policies, reasons } = rules.apply(records, nowSeconds, registry);
  trail.evidence.policies = policies;
  trail.changesAt(holdsUntilSeconds);
  return reasons;
}
