/**
 * `POST /verify`: codes in, one verdict each, in order. A code that is no code has a verdict too.
 *
 *   application/json  {"code": "HCL1:…"} or {"codes": ["HCL1:…", …]}, at most 256, and what the scan asks beside them
 *                     (`scan-request.ts`)
 *   text/plain        one code a line, at most 256
 *   answer            {"verdicts": [ … ]}; 207 when the limit was reached on the way: {"problem": {…}} in the place of each
 *                     code that was not taken
 *   application/x-ndjson  a stream of any length (`verify-lines.ts`)
 *
 * Verdicts may carry the verified claims, so they are for the screen of the one who asked: never cached,
 * and bodies are never logged.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { RequestError, SERVICE_PROBLEMS, toProblem, type Problem } from '../../service/problems.ts';
import type { Service } from '../../service/app.ts';
import { LongRequests, type LongRequestLimits } from '../../service/long-requests.ts';
import { Closed, Type, type Static } from '../../service/schema.ts';
import { CardParts } from '../../core/foreign/shc/card-parts.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { DEVICE_HEADER, type ScanAsker } from '../devices/scan-asker.ts';
import type { VerifierMetrics } from '../metrics.ts';
import type { Checkpoint } from '../verifier.ts';
import { VerdictSchema } from '../verdict-schema.ts';
import type { ScanRequest } from '../gate.ts';
import { ScanMembers, scanRequestOf } from './scan-request.ts';
import { answerLines, NDJSON, refusalOfOneMore, type LineSource } from './verify-lines.ts';

export const MAX_CODES = 256;
/** A code has at most 4,296 characters, and JSON may write each as six. */
export const MAX_BODY_BYTES: number = 8 * 1024 * 1024;

/** After so many codes others have their turn. */
const TURN_CODES = 4;

const Body = Type.Union([
  Closed({ code: Type.String(), ...ScanMembers }),
  Closed({ codes: Type.Array(Type.String(), { maxItems: MAX_CODES }), ...ScanMembers }),
  Type.String({ description: 'text/plain: one code a line' }),
]);

interface Refused {
  readonly problem: Problem;
}

const Whole = Closed({ verdicts: Type.Array(VerdictSchema) });
const Partly = Closed({
  verdicts: Type.Array(
    Type.Union([VerdictSchema, Type.Unsafe<Refused>(Closed({ problem: Type.Unknown() }))]),
  ),
});

/** Streams of lines that are open at one time. */
export interface StreamLimits {
  readonly ofAnybody: LongRequestLimits;
  /** Of devices that are enrolled: nobody else takes their place. */
  readonly ofDevices: LongRequestLimits;
}

const STREAM_LIMITS: StreamLimits = {
  ofAnybody: { maxOpen: 256, silenceMs: 600_000 },
  ofDevices: { maxOpen: 1024, silenceMs: 12 * 3_600_000 },
};

export interface VerifyRouteOptions {
  readonly askedBy: ScanAsker;
  /** Whether one line more is too many; each is asked for. */
  readonly isFull: () => boolean;
  readonly streamLimits?: StreamLimits;
}

export function addVerifyRoute(
  app: Service,
  verifier: Pick<Checkpoint, 'verify'>,
  metrics: VerifierMetrics,
  { askedBy, isFull, streamLimits = STREAM_LIMITS }: VerifyRouteOptions,
): void {
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  const ofAnybody = new LongRequests(app, streamLimits.ofAnybody);
  const ofDevices = new LongRequests(app, streamLimits.ofDevices);
  // Read by the handler as it comes: the schema sees an empty text.
  app.addContentTypeParser(NDJSON, (_request, _body, done) => done(null, ''));
  app.post(
    '/verify',
    {
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        tags: ['verify'],
        summary: 'Codes in, verdicts out',
        body: Body,
        response: { 200: Whole, 207: Partly },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      const asked = await askedBy(request);
      if (request.mediaType === NDJSON) {
        const streams = request.headers[DEVICE_HEADER] === undefined ? ofAnybody : ofDevices;
        // A stream goes out as it is: the schema is that of the answer as one document.
        const lines = answerLines(request, {
          chunks: streams.take(request, reply),
          verifier,
          metrics,
          asked,
          isFull,
          isBehind: app.isBehind,
        }) as unknown;
        return reply.type(NDJSON).send(lines as { verdicts: Verdict[] });
      }
      const { body } = request;
      const scan = await asked(typeof body === 'string' ? {} : scanRequestOf(body));
      const source = { verifier, metrics, isFull, isBehind: app.isBehind };
      const verdicts = await answersTo(codesIn(body), scan, { request, ...source });
      return verdicts.every(isTaken) ? { verdicts } : reply.code(207).send({ verdicts });
    },
  );
}

/** The first code is the request itself, which was let in. */
async function answersTo(
  codes: readonly string[],
  scan: ScanRequest,
  source: Omit<LineSource, 'asked' | 'chunks'> & { readonly request: FastifyRequest },
): Promise<(Verdict | Refused)[]> {
  const answers: (Verdict | Refused)[] = [];
  const parts = new CardParts();
  for (const [i, code] of codes.entries()) {
    if (i > 0 && i % TURN_CODES === 0) await nextTurn();
    const refused = i === 0 ? undefined : refusalOfOneMore(source);
    if (refused !== undefined) {
      answers.push({ problem: toProblem(refused, source.request.id, SERVICE_PROBLEMS) });
      continue;
    }
    const verdict = await source.verifier.verify(parts.add(code), scan);
    source.metrics.count(verdict, scan.device);
    answers.push(verdict);
  }
  return answers;
}

function isTaken(answer: Verdict | Refused): answer is Verdict {
  return !('problem' in answer);
}

function codesIn(body: Static<typeof Body>): readonly string[] {
  if (typeof body !== 'string') return 'code' in body ? [body.code] : body.codes;
  const lines = body.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  // The last line ends; what follows it is not another one.
  const codes = lines.length > 1 && lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  if (codes.length > MAX_CODES) {
    throw new RequestError('REQUEST_TOO_LARGE', `at most ${MAX_CODES} codes in one request`);
  }
  return codes;
}
