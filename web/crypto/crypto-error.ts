/** What the page's `Crypto` port throws. */
import { HclError } from '../../core/errors.ts';

export class CryptoError extends HclError<'CRYPTO_INVALID_KEY'> {}
