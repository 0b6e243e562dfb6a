/** Errors of conversions: why a code is not converted. The message is the text of `refusals.ts`, English by default. */
import { HclError } from '../errors.ts';
import type { Language } from '../record/value-sets/value-set.ts';
import { REFUSALS, type RefusalCode } from './refusals.ts';

export class ConversionError extends HclError<RefusalCode> {
  constructor(code: RefusalCode, options?: ErrorOptions, language: Language = 'en') {
    super(code, REFUSALS[code][language], options);
  }
}
