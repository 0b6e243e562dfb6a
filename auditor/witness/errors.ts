/** Why a witness does not sign, or does not start. */
import { HclError } from '../../core/errors.ts';
import type { ProblemSpec } from '../../service/problems.ts';

export type WitnessErrorCode =
  | 'WITNESS_REQUEST_MALFORMED'
  /** A log that this witness does not follow. */
  | 'WITNESS_ORIGIN_UNKNOWN'
  /** Not signed by a key of the log. */
  | 'WITNESS_LOG_SIGNATURE'
  /** The request goes on from another size than what was signed last. */
  | 'WITNESS_OLD_SIZE'
  /** Another root than the one that was signed for this size. */
  | 'WITNESS_ROOT_OTHER'
  /** The log did not grow from what was signed last. */
  | 'WITNESS_PROOF_WRONG'
  /** Its leaves are not those of the witness's own replica. */
  | 'WITNESS_CONTENT_OTHER'
  /** The witness's own replica has not read that far. */
  | 'WITNESS_NOT_THERE_YET'
  /** Configured to compare a log with another ledger. */
  | 'WITNESS_LEDGER_OTHER'
  /** Something we signed is beyond our record: the record is an old copy. */
  | 'WITNESS_RECORD_OLD'
  /** No record of the log is there: it is made once, on purpose. */
  | 'WITNESS_RECORD_MISSING'
  | 'WITNESS_RECORD_EXISTS';

export class WitnessError extends HclError<WitnessErrorCode> {
  /** With the two conflicts: the size that was signed last. */
  readonly size: number | undefined;

  constructor(code: WitnessErrorCode, message: string, options?: ErrorOptions & { readonly size?: number }) {
    super(code, message, options);
    this.size = options?.size;
  }
}

/** Statuses of C2SP tlog-witness. */
export const WITNESS_PROBLEMS: Readonly<Record<WitnessErrorCode, ProblemSpec>> = {
  WITNESS_REQUEST_MALFORMED: { status: 400, title: 'Not a request to a witness' },
  WITNESS_LOG_SIGNATURE: { status: 403, title: 'Not signed by the log' },
  WITNESS_ORIGIN_UNKNOWN: { status: 404, title: 'This log is not followed here' },
  WITNESS_OLD_SIZE: { status: 409, title: 'Another size was signed last' },
  WITNESS_ROOT_OTHER: { status: 409, title: 'Another root was signed for this size' },
  WITNESS_PROOF_WRONG: { status: 422, title: 'The consistency proof does not hold' },
  WITNESS_CONTENT_OTHER: { status: 422, title: 'The log does not hold what the ledger says' },
  WITNESS_NOT_THERE_YET: { status: 503, title: 'This witness has not read the ledger that far' },
  WITNESS_LEDGER_OTHER: { status: 503, title: 'The log is of another ledger' },
  WITNESS_RECORD_OLD: { status: 503, title: 'The record of this witness is an old copy' },
  WITNESS_RECORD_MISSING: { status: 503, title: 'This witness has no record' },
  WITNESS_RECORD_EXISTS: { status: 503, title: 'This witness has a record already' },
};
