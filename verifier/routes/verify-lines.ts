/**
 * `POST /verify` with `application/x-ndjson`: codes for as long as they come, answered one by one while they do.
 *
 *   a line    a code as it is, or {"code": "HCL1:…"} and what the scan asks beside it (`scan-request.ts`); a code that
 *             is JSON itself goes into the second form
 *   answer    {"line": 1, "verdict": {…}} or {"line": 2, "problem": {…}}: one for each line that is not empty, in order
 *
 *             {"problem": {…}} without a line is about the stream, and its end
 *
 * No line ends the stream; bytes that are none do, once they are many. A line is read when the answer before it has been taken, so whoever does not read is not
 * read from, and memory holds one line and one chunk.
 */
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { Compile } from 'typebox/compile';
import { parseStrictJsonText } from '../../core/bytes/strict-json.ts';
import { fromUtf8 } from '../../core/bytes/utf8.ts';
import { HclError } from '../../core/errors.ts';
import { CardParts } from '../../core/foreign/shc/card-parts.ts';
import { readLines, type Line } from '../../service/lines.ts';
import { RequestError, SERVICE_PROBLEMS, toProblem, type ProblemTable } from '../../service/problems.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { ScanRequest } from '../gate.ts';
import type { VerifierMetrics } from '../metrics.ts';
import type { Checkpoint } from '../verifier.ts';
import { SCAN_PROBLEMS, ScanMembers, scanRequestOf } from './scan-request.ts';

export const NDJSON = 'application/x-ndjson';
/** A code has at most 4,296 characters, and JSON may write each as six. */
const MAX_LINE_BYTES = 64 * 1024;
/** In a row; a few lines may be too long and answered so. */
const MAX_WASTED_BYTES = 4 * MAX_LINE_BYTES;
const TABLE: ProblemTable = { ...SERVICE_PROBLEMS, ...SCAN_PROBLEMS };
const LineBody = Compile(Closed({ code: Type.String(), ...ScanMembers }));

export interface LineSource {
  /** The request's body. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly verifier: Pick<Checkpoint, 'verify'>;
  readonly metrics: VerifierMetrics;
  /** What a line asks, as the one who sends it may ask it. */
  readonly asked: (scan: ScanRequest) => Promise<ScanRequest>;
  /** Whether this line is beyond what is taken, as a request would be. */
  readonly isFull: () => boolean;
  /** While it is so, lines are refused as requests are. */
  readonly isBehind: () => boolean;
}

/** The answers, as they are asked for. */
export function answerLines(request: FastifyRequest, source: LineSource): Readable {
  return Readable.from(answers(request, source));
}

async function* answers(request: FastifyRequest, source: LineSource): AsyncGenerator<string> {
  const parts = new CardParts();
  try {
    for await (const line of readLines(source.chunks, MAX_LINE_BYTES, MAX_WASTED_BYTES)) {
      yield `${JSON.stringify({ line: line.number, ...(await answer(line, parts, { request, ...source })) })}\n`;
    }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    yield `${JSON.stringify({ problem: toProblem(error, request.id, TABLE) })}\n`;
  }
}

async function answer(
  line: Line,
  parts: CardParts,
  {
    asked,
    isBehind,
    isFull,
    metrics,
    request,
    verifier,
  }: Omit<LineSource, 'chunks'> & { readonly request: FastifyRequest },
): Promise<object> {
  const refused = refusalOfOneMore({ isBehind, isFull });
  if (refused !== undefined) return { problem: toProblem(refused, request.id, TABLE) };
  try {
    const read = readLine(line);
    const scan = await asked(read.scan);
    const verdict = await verifier.verify(parts.add(read.code), scan);
    metrics.count(verdict, scan.device);
    return { verdict };
  } catch (error) {
    const problem = toProblem(error, request.id, TABLE);
    if (problem.status >= 500) request.log.error({ err: error, requestId: request.id }, 'line failed');
    return { problem };
  }
}

/** Of a code in a request that was let in: a line, or one of a document. */
export function refusalOfOneMore({
  isBehind,
  isFull,
}: Pick<LineSource, 'isBehind' | 'isFull'>): RequestError | undefined {
  if (isBehind()) return new RequestError('SERVICE_OVERLOADED', 'too much is under way');
  if (isFull()) return new RequestError('RATE_LIMITED', 'more than this verifier takes');
  return undefined;
}

/** Throws a `RequestError` or `DOCUMENT_INVALID`. */
function readLine({ bytes }: Line): { readonly code: string; readonly scan: ScanRequest } {
  if (bytes === undefined) {
    throw new RequestError('REQUEST_TOO_LARGE', `a line has at most ${MAX_LINE_BYTES} bytes`);
  }
  const text = fromUtf8(bytes);
  if (text === undefined) throw new RequestError('REQUEST_INVALID', 'the line is not UTF-8');
  if (!text.startsWith('{')) return { code: text.endsWith('\r') ? text.slice(0, -1) : text, scan: {} };
  const body = parse(text);
  if (!LineBody.Check(body)) throw new RequestError('REQUEST_INVALID', 'the line is not {"code": …}');
  return { code: body.code, scan: scanRequestOf(body) };
}

/** The cause could quote a code, so it is not kept. */
function parse(text: string): unknown {
  try {
    return parseStrictJsonText(text);
  } catch (error) {
    if (error instanceof HclError) throw new RequestError('REQUEST_NOT_JSON', 'the line is not JSON');
    throw error;
  }
}
