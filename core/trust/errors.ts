/** What a replica refuses of the ledger's history or of a snapshot. */
import { HclError } from '../errors.ts';

export type LedgerStateErrorCode =
  'LEDGER_STATE_OUT_OF_ORDER' | 'LEDGER_STATE_SEQUENCE_GAP' | 'LEDGER_STATE_INCONSISTENT';

export class LedgerStateError extends HclError<LedgerStateErrorCode> {}

export class SnapshotError extends HclError<'SNAPSHOT_INVALID'> {}
