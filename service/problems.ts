/**
 * Every error as `application/problem+json` (RFC 9457):
 *
 *   { "type": "urn:hcl:problem:record-not-found", "title": …, "status": 404, "detail"?: …,
 *     "instance": "<request id>", "code": "RECORD_NOT_FOUND", "texts"?: { "en": … }, "problems"?: [{ "field", "rule" }] }
 *
 * A service names the status of its own codes in a table; a code that no table names is our fault: 500, and
 * its details stay in the log. Texts from outside (a syntax error quotes the input) are never passed on.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { HclError } from '../core/errors.ts';
import { Type, type TSchema } from './schema.ts';

export interface ProblemSpec {
  readonly status: number;
  readonly title: string;
  /** For people, by language, where the service speaks to them. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Error code → how it is answered. */
export type ProblemTable = Readonly<Record<string, ProblemSpec>>;

export interface FieldProblem {
  readonly field: string;
  readonly rule: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance: string;
  readonly code: string;
  readonly texts?: Readonly<Record<string, string>>;
  readonly problems?: readonly FieldProblem[];
}

export const ProblemSchema: TSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.String(),
    code: Type.String(),
    texts: Type.Optional(Type.Record(Type.String(), Type.String())),
    problems: Type.Optional(Type.Array(Type.Object({ field: Type.String(), rule: Type.String() }))),
  },
  { $id: 'Problem' },
);

const PROBLEM_TYPE = 'application/problem+json';

/** What the framework and the checks of `service/` can answer. */
const SERVICE_TABLE = {
  REQUEST_INVALID: { status: 400, title: 'The request does not match the schema' },
  REQUEST_NOT_JSON: { status: 400, title: 'The body is not JSON' },
  REQUEST_WITHOUT_LINES: { status: 400, title: 'The stream has no lines to answer' },
  REQUEST_REFUSED: { status: 400, title: 'The request is refused' },
  UNAUTHENTICATED: { status: 401, title: 'A valid bearer token is needed' },
  ROUTE_NOT_FOUND: { status: 404, title: 'There is nothing here' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long' },
  REQUEST_TOO_LARGE: { status: 413, title: 'The body is too large' },
  REQUEST_MEDIA_TYPE: { status: 415, title: 'This media type is not taken here' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  INTERNAL: { status: 500, title: 'Something is wrong on our side' },
  SERVICE_OVERLOADED: { status: 503, title: 'Too busy, try again' },
  SERVICE_STOPPING: { status: 503, title: 'The service is being stopped' },
  STORE_FAILED: { status: 503, title: 'The store is not writable' },
} as const;

export type ServiceProblemCode = keyof typeof SERVICE_TABLE;

export const SERVICE_PROBLEMS: Readonly<Record<ServiceProblemCode, ProblemSpec>> = SERVICE_TABLE;

/** Refusals that `service/` itself raises in a request. */
export class RequestError extends HclError<ServiceProblemCode> {}

// Codes and statuses of fastify and its plugins → ours.
const FRAMEWORK_CODES: Readonly<Record<string, ServiceProblemCode>> = {
  FST_ERR_VALIDATION: 'REQUEST_INVALID',
  FST_ERR_CTP_INVALID_JSON_BODY: 'REQUEST_NOT_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'REQUEST_NOT_JSON',
};
const FRAMEWORK_STATUSES: Readonly<Record<number, ServiceProblemCode>> = {
  401: 'UNAUTHENTICATED',
  404: 'ROUTE_NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  413: 'REQUEST_TOO_LARGE',
  415: 'REQUEST_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'SERVICE_OVERLOADED',
};

/** The problem that answers `error`. */
export function toProblem(error: unknown, instance: string, table: ProblemTable): Problem {
  const problems = validationOf(error);
  return {
    ...problemOf(
      codeOf(error, table),
      error instanceof HclError ? error.message : undefined,
      instance,
      table,
    ),
    ...(problems === undefined ? {} : { problems }),
  };
}

/** The problem of `code`. What is wrong on our side is not told: `detail` stays here. */
export function problemOf(
  code: string,
  detail: string | undefined,
  instance: string,
  table: ProblemTable,
): Problem {
  const { status, texts, title } = table[code] ?? SERVICE_PROBLEMS.INTERNAL;
  return {
    type: toProblemType(code),
    title,
    status,
    ...(detail === undefined || status >= 500 ? {} : { detail }),
    instance,
    code,
    ...(texts === undefined ? {} : { texts }),
  };
}

/** `RECORD_NOT_FOUND` → `urn:hcl:problem:record-not-found`. */
export function toProblemType(code: string): string {
  return `urn:hcl:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}

/** Fastify's error handler over the codes of `table` and of {@link SERVICE_PROBLEMS}. */
export function problemHandler(
  table: ProblemTable,
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const all: ProblemTable = { ...SERVICE_PROBLEMS, ...table };
  return async (error, request, reply) => {
    const problem = toProblem(error, request.id, all);
    if (problem.status >= 500) {
      request.log.error({ err: error, code: problem.code, requestId: request.id }, 'request failed');
    }
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    await reply.code(problem.status).type(PROBLEM_TYPE).serializer(JSON.stringify).send(problem);
  };
}

function codeOf(error: unknown, table: ProblemTable): string {
  if (error instanceof HclError) return error.code in table ? error.code : 'INTERNAL';
  if (!(error instanceof Error)) return 'INTERNAL';
  // Fastify and its plugins put these two on their errors.
  const { code, statusCode } = error as Partial<FastifyError>;
  const named = FRAMEWORK_CODES[code ?? ''] ?? FRAMEWORK_STATUSES[statusCode ?? 500];
  if (named !== undefined) return named;
  if (statusCode === 400 && error instanceof SyntaxError) return 'REQUEST_NOT_JSON';
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? 'REQUEST_REFUSED' : 'INTERNAL';
}

/** Where and which rule, never the value or a name that the sender chose. */
function validationOf(error: unknown): readonly FieldProblem[] | undefined {
  const validation = error instanceof Error ? (error as Partial<FastifyError>).validation : undefined;
  return validation?.map(({ instancePath, keyword }) => ({ field: instancePath, rule: keyword }));
}
