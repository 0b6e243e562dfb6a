/** What goes into the issuer, row by row, and what comes out for each. */
import type { Profile } from '../core/credential/claims.ts';
import type { HealthRecord } from '../core/record/record.ts';

export interface RowProblem {
  /** Name of the field as the sender knows it; never its value. */
  readonly field: string;
  readonly code: string;
}

/** A row of a file, read and checked, or why it is refused. Rows are numbered from 1. */
export type IntakeRow =
  | { readonly row: number; readonly record: HealthRecord }
  | { readonly row: number; readonly problems: readonly RowProblem[] };

/** `anchoring`: stored and signed, waits for its batch. `released`: its proof holds, the code can be had. */
export type CredentialState = 'anchoring' | 'released';

export interface IssuedCredential {
  readonly profile: Profile;
  readonly handle: string;
  readonly state: CredentialState;
}

export interface IssuedRow {
  readonly row: number;
  readonly recordId: string;
  /** The same record was there before: nothing new was made. */
  readonly duplicate: boolean;
  readonly credentials: readonly IssuedCredential[];
}

export interface RefusedRow {
  readonly row: number;
  readonly problems: readonly RowProblem[];
}

export type RowResult = IssuedRow | RefusedRow;
