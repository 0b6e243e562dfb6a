/** Errors of conversions: why a code is not converted. The message is the English text of `refusals.ts`. */
import { HclError } from '../errors.ts';
import { REFUSALS, type RefusalCode } from './refusals.ts';

export class ConversionError extends HclError<RefusalCode> {
  constructor(code: RefusalCode, options?: ErrorOptions) {
    super(code, REFUSALS[code].en, options);
  }
}
