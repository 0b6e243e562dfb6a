/** The page's sentences by language. */
import type { Language } from '../../shared/texts/languages.ts';
import { en } from './en.ts';
import { pt } from './pt.ts';
import type { Texts } from './text.ts';
import { zhHans } from './zh-hans.ts';
import { zhHant } from './zh-hant.ts';

export const TEXTS: Readonly<Record<Language, Texts>> = { en, 'zh-Hant': zhHant, 'zh-Hans': zhHans, pt };
