/**
 * Identity documents: who issues each kind, how its number is written, and its check digit.
 *
 * | kind       | issuer | normal form           | rule                                                |
 * | ---------- | ------ | --------------------- | --------------------------------------------------- |
 * | `HKID`     | HK     | `A123456(3)`          | weights 9…2, modulo 11                              |
 * | `CNID`     | CN     | `11010519491231002X`  | GB 11643-1999 (ISO 7064 MOD 11-2)                   |
 * | `MOBIR`    | MO     | `1234567(8)`          | format only                                         |
 * | the others |        | letters and digits    | format only                                         |
 *
 * A number may come with or without its brackets, in any case, full width, and with spaces or dashes.
 */
import type { DocumentType } from './record.ts';

interface DocumentRule {
  /** The only country that issues this kind; absent where any may. */
  readonly issuer?: string;
  /** The number without brackets, dashes and spaces. */
  readonly pattern: RegExp;
  readonly hasCheckDigit?: (compact: string) => boolean;
  /** The normal form puts the last character in brackets, as the document does. */
  readonly bracketed?: true;
}

const DOCUMENTS: Readonly<Record<DocumentType, DocumentRule>> = {
  HKID: {
    issuer: 'HK',
    pattern: /^[A-Z]{1,2}\d{6}[\dA]$/,
    hasCheckDigit: hasHkidCheckDigit,
    bracketed: true,
  },
  HKBC: { issuer: 'HK', pattern: /^[A-Z0-9]{5,15}$/ },
  HKEC: { issuer: 'HK', pattern: /^[A-Z0-9]{5,15}$/ },
  PASSPORT: { pattern: /^[A-Z0-9]{5,17}$/ },
  HVP: { issuer: 'CN', pattern: /^[HM]\d{8}(?:\d{2})?$/ },
  EEP: { issuer: 'CN', pattern: /^[CW][A-Z0-9]\d{7}$/ },
  MOBIR: { issuer: 'MO', pattern: /^\d{8}$/, bracketed: true },
  CNID: { issuer: 'CN', pattern: /^\d{17}[\dX]$/, hasCheckDigit: hasCnidCheckDigit },
  OTHER: { pattern: /^[A-Z0-9]{5,30}$/ },
};

export const DOCUMENT_TYPES: readonly DocumentType[] = [
  'HKID',
  'HKBC',
  'HKEC',
  'PASSPORT',
  'HVP',
  'EEP',
  'MOBIR',
  'CNID',
  'OTHER',
];

export function isDocumentType(text: string): text is DocumentType {
  return Object.hasOwn(DOCUMENTS, text);
}

/** The country that alone issues this kind of document, if there is one. */
export function documentIssuer(type: DocumentType): string | undefined {
  return DOCUMENTS[type].issuer;
}

export type DocumentNumberResult = { readonly number: string } | { readonly fault: 'format' | 'check-digit' };

/** The number in its normal form, or what is wrong with it. */
export function parseDocumentNumber(type: DocumentType, text: string): DocumentNumberResult {
  const { pattern, hasCheckDigit, bracketed } = DOCUMENTS[type];
  const compact = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s()/.-]/g, '');
  if (!pattern.test(compact)) return { fault: 'format' };
  if (hasCheckDigit?.(compact) === false) return { fault: 'check-digit' };
  return { number: bracketed === true ? `${compact.slice(0, -1)}(${compact.slice(-1)})` : compact };
}

/**
 * A = 10 … Z = 35, a missing first letter 36; weights 9 to 2, then 1 for the check character (10 written `A`);
 * the sum is divisible by 11.
 */
function hasHkidCheckDigit(compact: string): boolean {
  const values = [...compact].map((character) => Number.parseInt(character, 36));
  const padded = values.length === 8 ? [36, ...values] : values;
  return padded.reduce((sum, value, index) => sum + value * (9 - index), 0) % 11 === 0;
}

/** GB 11643-1999: weights 2^(17 - index) modulo 11 over all 18 places, X = 10; the sum leaves 1. */
function hasCnidCheckDigit(compact: string): boolean {
  const sum = [...compact].reduce((total, character, index) => {
    return total + (character === 'X' ? 10 : Number(character)) * (2 ** (17 - index) % 11);
  }, 0);
  return sum % 11 === 1;
}
