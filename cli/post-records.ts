/**
 * Sends a file of records to an issuer and reads its answer, one line a row and a last line with the sum. The
 * answer is read to its end before anything waits for the ledger: the issuer reads on while we do.
 */
import type { RowResult } from '../issuer/row.ts';
import { CliError } from './errors.ts';
import type { IssuerClient } from './issuer-client.ts';
import type { RecordFile } from './record-file.ts';

/** The route's response: a row, or the last line. */
type Line =
  | RowResult
  | { readonly summary: object; readonly problem?: { readonly code: string; readonly title: string } };

export interface PostedRecords {
  readonly rows: readonly RowResult[];
  /** Why the issuer stopped before the end of the file; the rows before that count. */
  readonly problem?: CliError;
}

/** Throws what the client throws. */
export async function postRecords(
  { mediaType, body }: RecordFile,
  client: IssuerClient,
): Promise<PostedRecords> {
  const answer = await client({
    method: 'POST',
    path: '/records',
    contentType: mediaType,
    accept: 'application/x-ndjson',
    body,
  });
  const texts = answer.text.split('\n').filter(Boolean);
  const lines = texts.map((text) => JSON.parse(text) as Line); // the route's response
  const rows = lines.filter((line) => 'row' in line);
  const last = lines.at(-1);
  if (last === undefined || !('summary' in last)) {
    return {
      rows,
      problem: new CliError('CLI_SERVICE_REFUSED', 'the issuer stopped in the middle of its answer'),
    };
  }
  if (last.problem === undefined) return { rows };
  const { code, title } = last.problem;
  return { rows, problem: new CliError('CLI_SERVICE_REFUSED', `the issuer stopped: ${code}, ${title}`) };
}
