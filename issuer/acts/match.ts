/** Whether a stored record, or one credential of it, is what a selector of a group speaks of. */
import type { GroupSelector } from '../../core/act/selector.ts';
import { PROFILES, recordOf, type RecordEntry, type SignedParts } from '../record-entry.ts';
import { statusBearer } from '../status-place.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { equalBytes } from '../../core/bytes/equal.ts';

export type ScanSelector = Exclude<GroupSelector, { by: 'act' }>;

/**
 * Whose status is concerned, by the places of a record's own credentials; most selectors take all or none. Codes of
 * other systems have the status of one of these.
 */
export type Match = (entry: RecordEntry) => readonly number[];

const ALL: readonly number[] = PROFILES.map((_, place) => place);

export function matchOf(selector: ScanSelector): Match {
  switch (selector.by) {
    case 'issuer':
      return () => ALL;
    case 'key':
      return byKey(selector.kid);
    case 'practitioner':
      return byFacts((facts) => facts.get('practitioner') === selector.practitioner);
    case 'site':
      return byFacts((facts) => facts.get('centre') === selector.site);
    case 'lot':
      return byFacts(
        (facts) =>
          facts.get('lot') === selector.lot &&
          (selector.product === undefined || facts.get('product') === selector.product),
      );
    case 'laboratory':
      return byFacts(
        (facts) => facts.get('laboratory') === selector.laboratory && isInWindow(facts, selector),
      );
  }
}

/** Facts by the names they have in every kind of record. */
function byFacts(matches: (facts: ReadonlyMap<string, unknown>) => boolean): Match {
  return (entry) => (matches(new Map(Object.entries(recordOf(entry)))) ? ALL : []);
}

/** The protected header of ours has one canonical form, and all of it but the key is fixed. */
function byKey(kid: string): Match {
  const header = toUtf8(toCanonicalJson({ alg: 'ES256', kid, typ: 'dc+sd-jwt' }));
  const isSignedByIt = ({ foreign, headerBytes }: SignedParts): boolean =>
    foreign === undefined ? equalBytes(headerBytes, header) : foreign.kid === kid;
  return ({ credentials }) => {
    const places = credentials.flatMap((parts, place) => (isSignedByIt(parts) ? [statusBearer(place)] : []));
    return [...new Set(places)];
  };
}

function isInWindow(
  facts: ReadonlyMap<string, unknown>,
  { from, until }: { readonly from: number; readonly until: number },
): boolean {
  const collectedAt = facts.get('collectedAt');
  const seconds = typeof collectedAt === 'string' ? Date.parse(collectedAt) / 1000 : Number.NaN;
  return seconds >= from && seconds < until;
}
