/** Why a code of another system cannot be read. Codes are reason codes of the verdict. */
import { HclError } from '../errors.ts';

export type ForeignErrorCode =
  | 'CODE_TOO_LONG'
  | 'CODE_NOT_BASE45'
  | 'CODE_MALFORMED'
  | 'CODE_INFLATE'
  /** One part of a code that is spread over several. */
  | 'CODE_INCOMPLETE'
  /** Good in itself, but of a kind that is not read here. */
  | 'FORMAT_NOT_SUPPORTED'
  | 'ALGORITHM_NOT_SUPPORTED'
  | 'CONTENT_INVALID'
  | 'CONTENT_NOT_SUPPORTED';

export class ForeignError extends HclError<ForeignErrorCode> {}
