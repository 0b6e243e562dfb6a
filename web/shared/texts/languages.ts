/** The languages of the pages: those of Hong Kong, the mainland and Macao. */
import type { Language } from '../../../core/verify/reasons.ts';

export type { Language } from '../../../core/verify/reasons.ts';

export interface LanguageName {
  readonly language: Language;
  /** In itself. */
  readonly name: string;
  readonly short: string;
}

export const LANGUAGE_NAMES: readonly LanguageName[] = [
  { language: 'en', name: 'English', short: 'EN' },
  { language: 'zh-Hant', name: '繁體中文', short: '繁' },
  { language: 'zh-Hans', name: '简体中文', short: '简' },
  { language: 'pt', name: 'Português', short: 'PT' },
];

export function isLanguage(value: unknown): value is Language {
  return LANGUAGE_NAMES.some(({ language }) => language === value);
}

/** The first of the browser's languages that is one of ours. */
export function languageFor(preferred: readonly string[]): Language {
  return preferred.map(languageOf).find((language) => language !== undefined) ?? 'en';
}

function languageOf(tag: string): Language | undefined {
  const [language, ...parts] = tag.toLowerCase().split('-');
  if (language === 'en' || language === 'pt') return language;
  if (language !== 'zh') return undefined;
  return parts.some((part) => ['hant', 'hk', 'mo', 'tw'].includes(part)) ? 'zh-Hant' : 'zh-Hans';
}
