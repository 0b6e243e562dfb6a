/** A value set and its entries: codes with the names to print, in four languages. */
import type { Code } from '../record.ts';

export const LANGUAGES = ['en', 'zh-Hant', 'zh-Hans', 'pt'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What to print, in every language. */
export type Names = Readonly<Record<Language, string>>;

export interface ValueSetEntry {
  readonly code: Code;
  readonly names: Names;
}

export interface ValueSet {
  readonly systems: readonly string[];
  readonly closed: boolean;
  readonly entries: readonly ValueSetEntry[];
}

export function entry(code: Code, en: string, zhHant: string, zhHans: string, pt: string): ValueSetEntry {
  return { code, names: names(en, zhHant, zhHans, pt) };
}

export function names(en: string, zhHant: string, zhHans: string, pt: string): Names {
  return { en, 'zh-Hant': zhHant, 'zh-Hans': zhHans, pt };
}
