/** Why a list of foreign signers is refused. The message names the entry. */
import { HclError } from '../errors.ts';

export type TrustListErrorCode =
  | 'TRUST_LIST_INVALID'
  | 'TRUST_LIST_EXPIRED'
  /** It, or a file that it names, cannot be read. */
  | 'TRUST_LIST_UNREADABLE'
  /** The list says who signed it, and they did not. */
  | 'TRUST_LIST_SIGNATURE';

export class TrustListError extends HclError<TrustListErrorCode> {}
