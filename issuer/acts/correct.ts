/**
 * A correction: the corrected record is issued like any other, and an act is proposed that supersedes the old one.
 * Once two people have approved it, the old code answers "replaced: ask for the new one". Nothing is ever edited.
 * The same correction again makes nothing new.
 */
import { invariant } from '../../core/errors.ts';
import type { IntakeRow } from '../intake/row.ts';
import { IssuerError } from '../errors.ts';
import type { IssuedRow, RefusedRow, RowResult } from '../row.ts';
import type { Acts, ActView } from './acts.ts';
import type { ActTerms } from './draw-up.ts';

export interface Correction extends Omit<ActTerms, 'kind' | 'until'> {
  /** The record that is replaced. */
  readonly recordId: string;
  /** The corrected record, or what is wrong with it. */
  readonly row: IntakeRow;
}

export interface Corrected {
  readonly record: IssuedRow;
  readonly act: ActView;
}

export interface CorrectDependencies {
  readonly acts: Acts;
  readonly issueRows: (rows: Iterable<IntakeRow>) => AsyncIterable<RowResult>;
  /** Throws `RECORD_NOT_FOUND`. */
  readonly checkRecord: (recordId: string) => Promise<unknown>;
}

/** Throws `RECORD_NOT_FOUND`, `CORRECTION_CHANGES_NOTHING` and as `Proposer.propose` and `RecordIssuer.issueRows`. */
export async function correct(
  { recordId, row, ...terms }: Correction,
  { acts, issueRows, checkRecord }: CorrectDependencies,
): Promise<Corrected | RefusedRow> {
  await checkRecord(recordId);
  const record = await only(issueRows([row]));
  if ('problems' in record) return record;
  if (record.recordId === recordId) {
    throw new IssuerError('CORRECTION_CHANGES_NOTHING', 'the corrected record is the one that is there');
  }
  const request = { ...terms, kind: 'supersede', target: { by: 'record', recordId } } as const;
  return { record, act: await acts.propose(request, `correction ${recordId} ${record.recordId}`) };
}

async function only(results: AsyncIterable<RowResult>): Promise<RowResult> {
  const answers: RowResult[] = [];
  for await (const result of results) answers.push(result);
  const [answer] = answers;
  invariant(answer !== undefined, 'every row is answered');
  return answer;
}
