/** Step 8: whether the document in hand is of the person that the credential names. Optional: venues look, borders read. */
import type { CredentialClaims } from '../../credential/claims.ts';
import { matchIdentity, type IdentityMatch, type PresentedIdentity } from '../../record/identity-match.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';

export function identityProblems(
  { subject }: CredentialClaims,
  presented: PresentedIdentity,
  trail: Trail,
): readonly ReasonCode[] {
  const match = matchIdentity(subject, presented);
  trail.evidence.identity = match;
  return reasonsOf(match);
}

export function reasonsOf({ result }: Pick<IdentityMatch, 'result'>): readonly ReasonCode[] {
  switch (result) {
    case 'match':
      return [];
    case 'near':
      return ['IDENTITY_NEAR'];
    case 'mismatch':
      return ['IDENTITY_MISMATCH'];
    case 'undecided':
      return ['IDENTITY_UNDECIDED'];
  }
}
