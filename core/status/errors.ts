import { HclError } from '../errors.ts';

export class StatusError extends HclError<
  'STATUS_LIST_INVALID' | 'STATUS_LIST_TOO_LARGE' | 'STATUS_INDEX_OUT_OF_RANGE' | 'STATUS_VALUE_UNKNOWN'
> {}
