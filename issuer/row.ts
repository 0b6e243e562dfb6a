/** What comes out of the issuer for each row that `intake/` reads. */
import type { IntakeProblem } from './intake/row.ts';
import type { CredentialForm } from './record-entry.ts';

/** `anchoring`: stored and signed, waits for its batch. `released`: its proof holds, the code can be had. */
export type CredentialState = 'anchoring' | 'released';

export interface IssuedCredential {
  readonly profile: CredentialForm;
  readonly handle: string;
  readonly state: CredentialState;
}

export interface IssuedRow {
  readonly row: number;
  readonly recordId: string;
  /** The same record was there before: nothing new was made. */
  readonly duplicate: boolean;
  readonly credentials: readonly IssuedCredential[];
  /** What is odd about a record that was made just now; absent: nothing. */
  readonly notes?: readonly IntakeProblem[];
}

export interface RefusedRow {
  readonly row: number;
  readonly problems: readonly IntakeProblem[];
}

export type RowResult = IssuedRow | RefusedRow;

/** The answer to a group of rows, all of it on the disk. */
export interface AnsweredChunk {
  readonly results: readonly RowResult[];
  /** Signed over the records of `results`; none when no row was good. See `core/receipt/receipt.ts`. */
  readonly receipt?: string;
  /** Rows that an earlier attempt with the same idempotency key had stored. */
  readonly resumed: number;
}
