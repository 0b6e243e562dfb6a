/** Errors of status lists as values; what a token says wrong has its own. */
import { HclError } from '../errors.ts';

export type StatusErrorCode =
  | 'STATUS_INDEX_OUT_OF_RANGE'
  /** An entry whose number has no meaning to us. */
  | 'STATUS_VALUE_UNKNOWN'
  | 'STATUS_LIST_INVALID';

export class StatusError extends HclError<StatusErrorCode> {}
