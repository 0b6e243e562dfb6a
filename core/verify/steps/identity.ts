/** Step 8: whether the document in hand is of the person that the credential names. Optional: venues look, borders read. */
import { matchIdentity, type IdentityMatch, type PresentedIdentity } from '../../record/identity-match.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';
import type { ShownPerson } from '../verified-record.ts';

/** @param people whom the code names; where these are several, the one who is least like the person counts */
export function identityProblems(
  people: readonly ShownPerson[],
  presented: PresentedIdentity,
  trail: Trail,
): readonly ReasonCode[] {
  const [least] = people.map((person) => compare(person, presented)).toSorted(byLikeness);
  if (least === undefined) return ['IDENTITY_UNDECIDED'];
  trail.evidence.identity = least;
  return reasonsOf(least);
}

/** A code may write the name in two ways, as printed and as in a zone: the one that is more alike counts. */
function compare(person: ShownPerson, presented: PresentedIdentity): IdentityMatch {
  const asPrinted = matchIdentity(person, presented);
  if (person.nameMrz === undefined) return asPrinted;
  const asInZone = matchIdentity({ ...person, nameEn: person.nameMrz }, presented);
  return byLikeness(asPrinted, asInZone) < 0 ? asInZone : asPrinted;
}

const LIKENESS: readonly IdentityMatch['result'][] = ['mismatch', 'undecided', 'near', 'match'];

function byLikeness(a: IdentityMatch, b: IdentityMatch): number {
  return LIKENESS.indexOf(a.result) - LIKENESS.indexOf(b.result) || a.score - b.score;
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
