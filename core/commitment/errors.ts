/** Errors of `core/commitment`. */
import { HclError } from '../errors.ts';

export type CommitmentErrorCode =
  /** Hashes, sizes or indices that no tree has. */
  | 'MERKLE_INPUT_INVALID'
  | 'PROOF_INDEX_OUT_OF_RANGE'
  /** More or fewer hashes than a tree of this size needs. */
  | 'PROOF_LENGTH_WRONG'
  | 'PROOF_ROOT_MISMATCH'
  | 'BATCH_EMPTY'
  | 'BATCH_TOO_LARGE'
  | 'BATCH_INPUT_INVALID';

export class CommitmentError extends HclError<CommitmentErrorCode> {}
