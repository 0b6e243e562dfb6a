/** What the verifier refuses of a status manifest. It never reaches a verdict: what was known before stays. */
import { HclError } from '../core/errors.ts';

export type ManifestErrorCode =
  | 'MANIFEST_MALFORMED'
  /** It is another version than the ledger's: an old copy, or one that our replica has yet to hear of. */
  | 'MANIFEST_OTHER_VERSION'
  /** A list's token is not the issuer's, is about another list, or has expired. */
  | 'MANIFEST_TOKEN_INVALID'
  /** Its lists are together larger than one issuer's lists may be. */
  | 'MANIFEST_TOO_LARGE';

export class ManifestError extends HclError<ManifestErrorCode> {}
