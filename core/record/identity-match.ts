/**
 * The person that a credential names beside the document in hand. The number must be the same, the birth date must
 * be the same; the name may be written differently (`name-match.ts`). Alike but not the same is for an officer;
 * a person with another birth date, or with another number and another name, is another person.
 */
import type { DocumentType } from './record.ts';
import { matchNames, type NameMatch } from './name-match.ts';

/** As the credential shows it: perhaps masked, perhaps without birth date. */
export interface ShownIdentity {
  readonly nameEn?: string;
  readonly nameZh?: string;
  readonly dob?: string;
  readonly docType?: DocumentType;
  readonly doc: string;
}

/** Typed by an officer, or read from a machine-readable zone. */
export interface PresentedIdentity {
  readonly name?: string;
  /** The zone is full to its end. */
  readonly isNameTruncated?: boolean;
  /** `1974-08-12`; `?` for a digit that the document does not know: `??74-08-12` from a zone, `1980-??-??`. */
  readonly birth?: string;
  readonly documentNumber?: string;
  readonly documentType?: DocumentType;
  /** Check digits of the zone that are wrong: it was misread, or altered. */
  readonly hasWrongCheckDigit?: boolean;
}

export type DocumentComparison =
  'equal' | 'equal-as-far-as-shown' | 'different' | 'other-document' | 'absent';
export type BirthComparison = 'equal' | 'imprecise' | 'different' | 'absent';

export interface IdentityMatch {
  readonly result: 'match' | 'near' | 'mismatch' | 'undecided';
  /** 0 … 100: how much alike; for showing, nothing is decided by it. */
  readonly score: number;
  readonly document: DocumentComparison;
  readonly birth: BirthComparison;
  readonly name?: NameMatch;
  readonly hasWrongCheckDigit: boolean;
}

export function matchIdentity(shown: ShownIdentity, presented: PresentedIdentity): IdentityMatch {
  const document = compareDocuments(shown, presented);
  const birth = compareBirths(shown.dob, presented.birth);
  const name = compareNames(shown, presented);
  const hasWrongCheckDigit = presented.hasWrongCheckDigit === true;
  const parts = { document, birth, ...(name === undefined ? {} : { name }), hasWrongCheckDigit };
  return { result: resultOf(parts), score: scoreOf(parts), ...parts };
}

type Parts = Omit<IdentityMatch, 'result' | 'score'>;

function resultOf({ birth, document, hasWrongCheckDigit, name }: Parts): IdentityMatch['result'] {
  const isDocument = document === 'equal' || document === 'equal-as-far-as-shown';
  const isOther = name?.result === 'different';
  if (birth === 'different' || (isOther && !isDocument)) return 'mismatch';
  if (document === 'different' && (birth === 'absent' || name === undefined)) return 'mismatch';
  // Four digits of a number are nobody's alone, and neither is a name.
  if (!isDocument && (birth === 'absent' || name === undefined)) return 'undecided';
  if (document === 'equal-as-far-as-shown' && name === undefined) return 'undecided';
  if (!isDocument || isOther || name?.result === 'near' || birth === 'imprecise' || hasWrongCheckDigit)
    return 'near';
  return 'match';
}

const DOCUMENT_SCORE = {
  equal: 100,
  'equal-as-far-as-shown': 90,
  'other-document': 50,
  different: 0,
} as const;
const BIRTH_SCORE = { equal: 100, imprecise: 70, different: 0 } as const;

/** Of what could be compared: number 40, name 35, birth date 25. */
function scoreOf({ birth, document, name }: Parts): number {
  const parts = [
    ...(document === 'absent' ? [] : [{ weight: 40, score: DOCUMENT_SCORE[document] }]),
    ...(name === undefined ? [] : [{ weight: 35, score: name.score }]),
    ...(birth === 'absent' ? [] : [{ weight: 25, score: BIRTH_SCORE[birth] }]),
  ];
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const total = parts.reduce((sum, part) => sum + part.weight * part.score, 0);
  return weight === 0 ? 0 : Math.round(total / weight);
}

/** Letters and digits only: brackets, dashes and fillers are how a number is set, not what it is. */
function compareDocuments(shown: ShownIdentity, presented: PresentedIdentity): DocumentComparison {
  const a = shown.doc
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9*]/g, '');
  const b = (presented.documentNumber ?? '')
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '');
  if (a === '' || b === '' || !/[A-Z0-9]/.test(a)) return 'absent';
  if (a === b) return 'equal';
  const isShown =
    a.length === b.length && [...a].every((character, i) => character === '*' || character === b[i]);
  if (isShown) return 'equal-as-far-as-shown';
  const isOtherKind =
    shown.docType !== undefined &&
    presented.documentType !== undefined &&
    shown.docType !== presented.documentType;
  return isOtherKind ? 'other-document' : 'different';
}

const UNKNOWN = '????-??-??';

function compareBirths(shown: string | undefined, presented: string | undefined): BirthComparison {
  if (shown === undefined || presented === undefined) return 'absent';
  const a = shown + UNKNOWN.slice(shown.length);
  const b = presented + UNKNOWN.slice(presented.length);
  if (a.length !== UNKNOWN.length || b.length !== UNKNOWN.length) return 'different';
  const known = (text: string): number => text.slice(4).replaceAll('?', '').length;
  const isSame = [...a].every((digit, i) => digit === b[i] || digit === '?' || b[i] === '?');
  if (!isSame) return 'different';
  return known(a) === known(b) ? 'equal' : 'imprecise';
}

/** The Latin name; the Chinese one where that is what was typed. */
function compareNames(shown: ShownIdentity, presented: PresentedIdentity): NameMatch | undefined {
  const { name } = presented;
  if (name === undefined) return undefined;
  const isChinese = /\p{Script=Han}/u.test(name);
  const comparable = isChinese ? shown.nameZh : shown.nameEn;
  if (comparable === undefined) return undefined;
  return matchNames(comparable, name, { isTruncated: presented.isNameTruncated === true });
}
