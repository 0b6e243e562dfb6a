/** Whether records are about one person: those of different people do not add up. */
import { matchIdentity, type IdentityMatch, type PresentedIdentity } from '../record/identity-match.ts';
import type { ReasonCode } from './reasons.ts';
import { reasonsOf } from './steps/identity.ts';
import type { ShownPerson } from './verified-record.ts';

/** Every one beside the one that shows the most. */
export function onePersonProblems(people: readonly ShownPerson[]): readonly ReasonCode[] {
  const [whole, ...others] = people.toSorted((a, b) => shownBy(b) - shownBy(a));
  if (whole === undefined) return [];
  return [...new Set(others.flatMap((other) => reasonsOf(comparePeople(other, whole))))];
}

/** Masks hide more than a number that is missing. */
function shownBy({ doc, nameEn = '', nameZh = '' }: ShownPerson): number {
  const isMasked = [doc, nameEn, nameZh].some((text) => text.includes('*'));
  return (isMasked ? 0 : 2) + (doc === '' ? 0 : 1);
}

function comparePeople(a: ShownPerson, b: ShownPerson): Pick<IdentityMatch, 'result'> {
  if (isShownAlike(a, b)) return { result: 'match' };
  return b.doc.includes('*') ? compareMasks(a, b) : matchIdentity(a, presentedBy(b));
}

/** Masks cannot be compared letter by letter: the same number under the same name, in one script at least, is the same. */
function compareMasks(a: ShownPerson, b: ShownPerson): Pick<IdentityMatch, 'result'> {
  if (a.docType !== b.docType) return { result: 'undecided' };
  if (a.doc !== b.doc) return { result: 'mismatch' };
  if (a.dob !== undefined && b.dob !== undefined && a.dob !== b.dob) return { result: 'mismatch' };
  const names = [
    [a.nameEn, b.nameEn],
    [a.nameZh, b.nameZh],
  ].filter(([one, other]) => one !== undefined && other !== undefined);
  if (names.length === 0) return { result: 'undecided' };
  return { result: names.every(([one, other]) => one === other) ? 'match' : 'near' };
}

/** A name alone is nobody's. */
function isShownAlike(a: ShownPerson, b: ShownPerson): boolean {
  const isSame = a.doc === b.doc && a.docType === b.docType && a.nameEn === b.nameEn && a.nameZh === b.nameZh;
  if (!isSame) return false;
  if (a.doc === '') return a.dob?.length === WHOLE_DATE && a.dob === b.dob;
  return a.dob === undefined || b.dob === undefined || a.dob === b.dob;
}

const WHOLE_DATE = 'YYYY-MM-DD'.length;

function presentedBy({ doc, docType, dob, nameEn, nameZh }: ShownPerson): PresentedIdentity {
  const name = nameEn ?? nameZh;
  return {
    documentNumber: doc,
    ...(name === undefined ? {} : { name }),
    ...(docType === undefined ? {} : { documentType: docType }),
    ...(dob === undefined ? {} : { birth: dob }),
  };
}
