/** Why a publisher does not publish; what it published before stays. */
import { HclError } from '../../core/errors.ts';

export type PublishErrorCode =
  /** A witness does not answer, or not as the protocol says. */
  | 'PUBLISH_WITNESS_FAILED'
  /** Fewer than k witnesses have signed. */
  | 'PUBLISH_SIGNATURES_TOO_FEW'
  /** The ledger has not said yet who signs checkpoints. */
  | 'PUBLISH_NO_SIGNERS';

export class PublishError extends HclError<PublishErrorCode> {}
