/** Errors of `core/act`. */
import { HclError } from '../errors.ts';

export type ActErrorCode =
  /** Bytes that are no act of this version, or whose parts contradict each other. */
  | 'ACT_INVALID'
  /** A batch whose leaves are not the acts shown and padding, or do not lead to its root. */
  | 'ACT_BATCH_INVALID';

export class ActError extends HclError<ActErrorCode> {}
