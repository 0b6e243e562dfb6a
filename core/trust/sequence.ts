/** What the ledger counts from 1 without gaps: a number that does not follow tells of an event that is missing. */
import { LedgerStateError } from './errors.ts';

/** Throws `LEDGER_STATE_SEQUENCE_GAP` unless `number` comes right after `last`, which is absent before the first. */
export function expectNext(number: number, last: number | undefined, what: string): void {
  if (number === (last ?? 0) + 1) return;
  throw new LedgerStateError('LEDGER_STATE_SEQUENCE_GAP', `${what} ${number} does not follow the last one`);
}
