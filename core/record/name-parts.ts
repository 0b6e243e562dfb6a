/**
 * A name in parts: the primary identifier (family name) before the comma, the secondary (given names) after it, as
 * ICAO Doc 9303 calls them. Words break at spaces, hyphens, dots, slashes and fillers.
 *
 *   CHAN, TAI MAN → CHAN | TAI, MAN       ERIKSSON<<ANNA<MARIA → ERIKSSON | ANNA, MARIA      陳大文 → 陳大文 |
 *
 * Without a comma nobody says where the family name ends.
 */
import { toCapitals } from './name-letters.ts';

export interface NameParts {
  readonly primary: readonly string[];
  readonly secondary: readonly string[];
  /** Whether somebody said which part is which. */
  readonly isSplit: boolean;
}

const BREAKS = /[\s<.,/()（）·‧・‐‑–—_-]+/u;
/** Longer than any document writes; what comes after would only cost time. */
const MAX_NAME = 120;

export function parseName(text: string): NameParts {
  const capitals = toCapitals(text.slice(0, MAX_NAME));
  const [, before, after] = /^([^]*?)(?:,|<<)([^]*)$/u.exec(capitals) ?? [];
  if (before === undefined || after === undefined || wordsOf(after).length === 0) {
    return { primary: wordsOf(capitals), secondary: [], isSplit: false };
  }
  return { primary: wordsOf(before), secondary: wordsOf(after), isSplit: true };
}

export function isMasked({ primary, secondary }: NameParts): boolean {
  return [...primary, ...secondary].some((word) => word.includes('*'));
}

function wordsOf(text: string): readonly string[] {
  return text.split(BREAKS).filter((word) => word !== '');
}
