/**
 * `POST /records`: one record, or a file of them, as JSON, CSV or a FHIR R4 bundle. Read as it arrives, answered
 * row by row; a row that is answered as issued is on the disk. Bad rows do not stop good ones, and the same
 * file again creates nothing new. A signed receipt comes with the answers of each some hundred rows.
 *
 * `Accept: application/x-ndjson` streams the answers while the file is still being sent: one line a row, after
 * each some hundred rows `{"receipt":…}` and `{"progress":…}`, and a last line with the summary. For files of any
 * length, and for showing progress.
 *
 * `Idempotency-Key`: the same key with the same rows is answered the same, with other rows 409
 * `IDEMPOTENCY_KEY_REUSED`; a request that broke off is completed when it comes again.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Closed, Type } from '../../service/schema.ts';
import type { Service } from '../../service/app.ts';
import type { Guard } from '../../service/bearer.ts';
import { INTAKE_MEDIA_TYPES, readRecords } from '../intake/intake.ts';
import { parseIdempotencyKey } from '../idempotency.ts';
import type { Issuer } from '../issuer.ts';
import type { Uploads } from '../uploads.ts';
import { gathered, NDJSON, observed, streamed } from './records-answer.ts';
import { fileIn, limited } from './records-body.ts';
import { Credentials, problems } from './schemas.ts';

const Problems = Type.Array(Closed({ field: Type.String(), code: Type.String(), reason: Type.String() }));
const Row = Type.Union([
  Closed({
    row: Type.Integer(),
    recordId: Type.String(),
    duplicate: Type.Boolean(),
    credentials: Credentials,
    notes: Type.Optional(Problems),
  }),
  Closed({ row: Type.Integer(), problems: Problems }),
]);
const Summary = Closed({ issued: Type.Integer(), duplicates: Type.Integer(), refused: Type.Integer() });
const Answer = Closed({ summary: Summary, rows: Type.Array(Row), receipts: Type.Array(Type.String()) });

export interface PostRecordsOptions {
  readonly issuer: Issuer;
  readonly uploads: Uploads;
  readonly nowMs: () => number;
  readonly onRequest: Guard;
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
  { issuer, uploads, nowMs }: PostRecordsOptions,
): Promise<unknown> {
  const { mediaType, body, totalBytes } = fileIn(request);
  const key = keyOf(request);
  const { jurisdiction, http } = issuer.config;
  const upload = uploads.begin(request.id, totalBytes);
  const source = { mediaType, body: limited(body, http.maxFileBytes, upload) };
  const rows = readRecords(source, { nowSeconds: Math.floor(nowMs() / 1000), country: jurisdiction });
  const chunks = observed(issuer.takeIn(rows, { key }), upload);
  if (request.headers.accept !== NDJSON) return await reply.send(await gathered(chunks, upload));
  return await reply.type(NDJSON).send(await streamed(chunks, upload, request));
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const text = headers['idempotency-key'];
  // Node joins a header that comes twice with a comma, which is no key.
  return text === undefined ? undefined : parseIdempotencyKey(String(text));
}
