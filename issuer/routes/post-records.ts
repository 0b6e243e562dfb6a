/**
 * `POST /records`: one record, or a file of them, as JSON, CSV or a FHIR R4 bundle. Read as it arrives, answered
 * row by row; a row that is answered as issued is on the disk. Bad rows do not stop good ones, and the same
 * file again creates nothing new.
 *
 * `Accept: application/x-ndjson` streams the answers while the file is still being sent, one line a row and a
 * last line with the summary: for files of any length, and for showing progress.
 */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Closed, Type } from '../../service/schema.ts';
import type { Service } from '../../service/app.ts';
import { toProblem, type ProblemTable } from '../../service/problems.ts';
import { INTAKE_MEDIA_TYPES, readRecords, toIntakeMediaType } from '../intake/intake.ts';
import { IssuerError, ISSUER_PROBLEMS } from '../errors.ts';
import type { Issuer } from '../issuer.ts';
import type { RowResult } from '../row.ts';
import { Credentials, problems } from './schemas.ts';

const Row = Type.Union([
  Closed({
    row: Type.Integer(),
    recordId: Type.String(),
    duplicate: Type.Boolean(),
    credentials: Credentials,
  }),
  Closed({
    row: Type.Integer(),
    problems: Type.Array(Closed({ field: Type.String(), code: Type.String(), reason: Type.String() })),
  }),
]);
const Summary = Closed({ issued: Type.Integer(), duplicates: Type.Integer(), refused: Type.Integer() });
const Answer = Closed({ summary: Summary, rows: Type.Array(Row) });

/** Answers that are held until the file has been read; longer files are answered as a stream. */
const MAX_HELD_ROWS = 250_000;
const NDJSON = 'application/x-ndjson';

export interface PostRecordsOptions {
  readonly issuer: Issuer;
  readonly nowMs: () => number;
  readonly onRequest: (request: FastifyRequest) => Promise<void>;
}

export function addPostRecords(app: Service, options: PostRecordsOptions): void {
  // A scope of its own: here, and only here, bodies are streams.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser([...INTAKE_MEDIA_TYPES], (_request, body, done) => done(null, body));
    scope.post(
      '/records',
      {
        onRequest: options.onRequest,
        schema: {
          tags: ['operator'],
          security: [{ operator: [] }],
          consumes: [...INTAKE_MEDIA_TYPES],
          response: { 200: Answer, ...problems },
        },
      },
      (request, reply) => answerRecords(request, reply, options),
    );
  });
}

async function answerRecords(
  request: FastifyRequest,
  reply: FastifyReply,
  options: PostRecordsOptions,
): Promise<unknown> {
  const results = resultsOf(request, options);
  if (request.headers.accept === NDJSON) {
    return await reply.type(NDJSON).send(Readable.from(toLines(results, request.id)));
  }
  const rows: RowResult[] = [];
  for await (const result of results) {
    if (rows.length === MAX_HELD_ROWS) {
      throw new IssuerError(
        'RECORDS_TOO_LARGE',
        `more than ${MAX_HELD_ROWS} rows: ask for ${NDJSON}, or send less`,
      );
    }
    rows.push(result);
  }
  const summary = rows.reduce(count, NOTHING);
  return await reply.send({ summary, rows });
}

function resultsOf(
  request: FastifyRequest,
  { issuer, nowMs }: PostRecordsOptions,
): AsyncGenerator<RowResult> {
  const mediaType = toIntakeMediaType(request.headers['content-type'] ?? '');
  // The parsers above let through nothing but streams of these types; without a body there is none.
  const body = request.body instanceof Readable ? request.body : undefined;
  if (mediaType === undefined || body === undefined) {
    throw new IssuerError('RECORDS_MEDIA_TYPE', `send ${INTAKE_MEDIA_TYPES.join(', ')}`);
  }
  const { jurisdiction, http } = issuer.config;
  const source = { mediaType, body: limited(body, http.maxFileBytes) };
  const rows = readRecords(source, { nowSeconds: Math.floor(nowMs() / 1000), country: jurisdiction });
  return issuer.issueRows(rows);
}

async function* limited(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new IssuerError('RECORDS_TOO_LARGE', `a file has at most ${maxBytes} bytes`);
    yield chunk;
  }
}

interface Counts {
  readonly issued: number;
  readonly duplicates: number;
  readonly refused: number;
}

const NOTHING: Counts = { issued: 0, duplicates: 0, refused: 0 };
const TABLE: ProblemTable = ISSUER_PROBLEMS;

function count(counts: Counts, result: RowResult): Counts {
  if ('problems' in result) return { ...counts, refused: counts.refused + 1 };
  if (result.duplicate) return { ...counts, duplicates: counts.duplicates + 1 };
  return { ...counts, issued: counts.issued + 1 };
}

/** One line a row; the last line is `{"summary":…}`, with a `problem` when the file was not read to its end. */
async function* toLines(results: AsyncIterable<RowResult>, requestId: string): AsyncGenerator<string> {
  let summary = NOTHING;
  try {
    for await (const result of results) {
      summary = count(summary, result);
      yield `${JSON.stringify(result)}\n`;
    }
    yield `${JSON.stringify({ summary })}\n`;
  } catch (error) {
    // The status line has been sent: the problem goes where the reader looks last.
    yield `${JSON.stringify({ summary, problem: toProblem(error, requestId, TABLE) })}\n`;
  }
}
