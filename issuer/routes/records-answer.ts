/** The answer to a file of records: gathered into one document, or line by line while the file is being sent. */
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { SERVICE_PROBLEMS, toProblem, type ProblemTable } from '../../service/problems.ts';
import { IssuerError, ISSUER_PROBLEMS } from '../errors.ts';
import type { AnsweredChunk, RowResult } from '../row.ts';
import type { Counts, Upload } from '../uploads.ts';

export const NDJSON = 'application/x-ndjson';
/** Answers that are held until the file has been read; longer files are answered as a stream. */
const MAX_HELD_ROWS = 250_000;
const TABLE: ProblemTable = { ...SERVICE_PROBLEMS, ...ISSUER_PROBLEMS };

/** The chunks, noted in the upload as they pass. */
export async function* observed(
  chunks: AsyncIterable<AnsweredChunk>,
  upload: Upload,
): AsyncGenerator<AnsweredChunk> {
  try {
    for await (const chunk of chunks) {
      upload.answered(chunk);
      yield chunk;
    }
    upload.state = 'done';
  } finally {
    if (upload.state === 'running') upload.state = 'broken-off';
  }
}

/** Throws `RECORDS_TOO_LARGE`. */
export async function gathered(
  chunks: AsyncIterable<AnsweredChunk>,
  upload: Upload,
): Promise<{ readonly summary: Counts; readonly rows: RowResult[]; readonly receipts: string[] }> {
  const rows: RowResult[] = [];
  const receipts: string[] = [];
  for await (const { results, receipt } of chunks) {
    rows.push(...results);
    if (receipt !== undefined) receipts.push(receipt);
    if (rows.length > MAX_HELD_ROWS) {
      const reason = `more than ${MAX_HELD_ROWS} rows: ask for ${NDJSON}, or send less`;
      throw new IssuerError('RECORDS_TOO_LARGE', reason);
    }
  }
  return { summary: upload.counts, rows, receipts };
}

/** Throws what refuses the request as a whole: as long as nothing is answered there is a status to give. */
export async function streamed(
  chunks: AsyncGenerator<AnsweredChunk>,
  upload: Upload,
  request: FastifyRequest,
): Promise<Readable> {
  const first = await chunks.next();
  const lines = Readable.from(toLines(first, chunks, { upload, request }));
  // The reader may go away at any time, also before the first line.
  lines.once('close', () => void chunks.return(undefined));
  return lines;
}

/** The last line is `{"summary":…}`, with a `problem` when the file was not read to its end. */
async function* toLines(
  first: IteratorResult<AnsweredChunk>,
  others: AsyncGenerator<AnsweredChunk>,
  { upload, request }: { readonly upload: Upload; readonly request: FastifyRequest },
): AsyncGenerator<string> {
  try {
    for (let next = first; next.done !== true; next = await others.next()) yield linesOf(next.value, upload);
    yield line({ summary: upload.counts });
  } catch (error) {
    // The status line has been sent: the problem goes where the reader looks last.
    const problem = toProblem(error, request.id, TABLE);
    if (problem.status >= 500) request.log.error({ err: error, requestId: request.id }, 'request failed');
    yield line({ summary: upload.counts, problem });
  }
}

function linesOf({ results, receipt }: AnsweredChunk, upload: Upload): string {
  const rows = results.map(line).join('');
  return `${rows}${receipt === undefined ? '' : line({ receipt })}${line({ progress: upload.progress })}`;
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
