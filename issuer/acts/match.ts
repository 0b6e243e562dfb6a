/** Whether a stored record, or one credential of it, is what a selector of a group speaks of. */
import type { GroupSelector } from '../../core/act/selector.ts';
import type { RecordEntry, SignedParts } from '../record-entry.ts';
import { recordOf } from '../record-entry.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { equalBytes } from '../../core/bytes/equal.ts';

export type ScanSelector = Exclude<GroupSelector, { by: 'act' }>;

/** Which of a record's credentials match; most selectors take all or none. */
export type Match = (entry: RecordEntry) => readonly SignedParts[];

export function matchOf(selector: ScanSelector): Match {
  switch (selector.by) {
    case 'issuer':
      return ({ credentials }) => credentials;
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
  return (entry) => (matches(new Map(Object.entries(recordOf(entry)))) ? entry.credentials : []);
}

/** A credential's protected header has one canonical form, and all of it but the key is fixed. */
function byKey(kid: string): Match {
  const header = toUtf8(toCanonicalJson({ alg: 'ES256', kid, typ: 'dc+sd-jwt' }));
  return ({ credentials }) => credentials.filter(({ headerBytes }) => equalBytes(headerBytes, header));
}

function isInWindow(
  facts: ReadonlyMap<string, unknown>,
  { from, until }: { readonly from: number; readonly until: number },
): boolean {
  const collectedAt = facts.get('collectedAt');
  const seconds = typeof collectedAt === 'string' ? Date.parse(collectedAt) / 1000 : Number.NaN;
  return seconds >= from && seconds < until;
}
