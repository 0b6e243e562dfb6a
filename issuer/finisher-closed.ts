/** What whoever still wants records finished is told: they will not be stored, and may be sent again. */
import { StoreError } from '../service/store.ts';

export function finisherClosed(): StoreError {
  return new StoreError('STORE_FAILED', 'the store is being closed, or opened again');
}
