/**
 * Sends a file of records to an issuer and takes its answer line by line: rows, receipts, how far it is, and a last
 * line with the sum. The answer is taken to its end before anything waits for the ledger: the issuer reads on while
 * we do, and rows wait in a file, not in memory.
 */
import type { RowResult } from '../issuer/row.ts';
import type { Progress } from '../issuer/uploads.ts';
import { CliError } from './errors.ts';
import type { IssuerClient } from './issuer-client.ts';
import type { RecordFile } from './record-file.ts';

/** The route's response. */
type Line =
  | RowResult
  | { readonly receipt: string }
  | { readonly progress: Progress }
  | { readonly summary: object; readonly problem?: { readonly code: string; readonly title: string } };

export interface PostOptions {
  readonly idempotencyKey: string | undefined;
  /** `text` is the row as it came. */
  readonly onRow: (text: string) => Promise<void>;
  readonly onReceipt: (receipt: string) => Promise<void>;
  readonly onProgress: (progress: Progress) => Promise<void>;
}

/**
 * Why the issuer stopped before the end of the file, if it did; the rows before that count. Throws what the client
 * throws before the first row.
 */
export async function postRecords(
  { mediaType, body }: RecordFile,
  client: IssuerClient,
  { idempotencyKey, onRow, onReceipt, onProgress }: PostOptions,
): Promise<CliError | undefined> {
  let last: Line | undefined;
  const onLine = async (text: string): Promise<void> => {
    last = JSON.parse(text) as Line; // the route's response
    if ('row' in last) await onRow(text);
    else if ('receipt' in last) await onReceipt(last.receipt);
    else if ('progress' in last) await onProgress(last.progress);
  };
  try {
    await client({
      method: 'POST',
      path: '/records',
      contentType: mediaType,
      accept: 'application/x-ndjson',
      body,
      onLine,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
  } catch (error) {
    if (last === undefined || !(error instanceof CliError)) throw error;
    return brokenOff(error);
  }
  if (last === undefined || !('summary' in last)) return brokenOff();
  if (last.problem === undefined) return undefined;
  const { code, title } = last.problem;
  return new CliError('CLI_SERVICE_REFUSED', `the issuer stopped: ${code}, ${title}`);
}

function brokenOff(cause?: CliError): CliError {
  const message =
    'the issuer stopped in the middle of its answer; send the same file again: only what is missing is made';
  return new CliError('CLI_SERVICE_REFUSED', message, { cause });
}
