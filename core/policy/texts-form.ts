/** A text in the four languages, none of them left out. */
import { LANGUAGES } from '../record/value-sets/value-set.ts';
import type { JsonFields } from './json-fields.ts';
import type { Texts } from './policy.ts';

/** Throws `POLICY_FIELD`. */
export function readTexts(fields: JsonFields): Texts {
  const [en, zhHant, zhHans, pt] = LANGUAGES.map((language) => fields.text(language));
  fields.refuseOthers();
  // One text for each of the four languages.
  return { en, 'zh-Hant': zhHant, 'zh-Hans': zhHans, pt } as Texts;
}
