/** The issuer's HTTP surface as the command line uses it: records in, credentials out, acts. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConsortiumIssuer } from './consortium-file.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

/** A file of a million rows takes a while. */
const TIMEOUT_MS = 3_600_000;
const BUSY_ATTEMPTS = 8;
const LONGEST_PAUSE_SECONDS = 60;

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** Makes a request that is sent again the same request. */
  readonly idempotencyKey?: string;
  readonly body?: string | Blob;
  /** Takes the lines of a good answer as they come; its `text` is then empty. */
  readonly onLine?: (line: string) => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | null;
  readonly text: string;
  json(): unknown;
}

export type IssuerClient = (request: Request) => Promise<Answer>;

/**
 * A client that carries the issuer's operator token, or the one in `tokenFile`. It waits when the issuer is too busy (429, 503). Other
 * statuses from 400 on throw `CLI_SERVICE_REFUSED` with the problem's own words; a dead issuer throws
 * `CLI_SERVICE_UNREACHABLE`.
 */
export async function issuerClient(
  issuer: ConsortiumIssuer,
  io: Io,
  tokenFile: string = issuer.operatorTokenFile,
): Promise<IssuerClient> {
  const token = await readToken(tokenFile);
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const answer = await exchange(request, token, issuer, io);
      if (answer.status < 400) return answer;
      const isBusy = answer.status === 429 || answer.status === 503;
      if (!isBusy || attempt === BUSY_ATTEMPTS) throw refused(issuer, answer);
      await delay(pauseSeconds(answer) * 1000);
    }
  };
}

async function exchange(
  { method, path, contentType, accept, body, idempotencyKey, onLine }: Request,
  token: string,
  issuer: ConsortiumIssuer,
  io: Io,
): Promise<Answer> {
  try {
    const response = await io.fetch(issuer.url + path, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${token}`,
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...(accept === undefined ? {} : { accept }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': `"${idempotencyKey}"` }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return await readAnswer(response, onLine);
  } catch (cause) {
    const message = `issuer ${issuer.name} does not answer at ${issuer.url}`;
    throw new CliError('CLI_SERVICE_UNREACHABLE', message, { cause });
  }
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3), within reason. */
function pauseSeconds({ retryAfter }: Answer): number {
  const seconds = Number(retryAfter ?? '1');
  return Number.isInteger(seconds) && seconds >= 0 ? Math.min(seconds, LONGEST_PAUSE_SECONDS) : 1;
}

/** Throws `CLI_NOT_STARTED`. */
export async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new CliError('CLI_NOT_STARTED', `the token ${path} cannot be read`, { cause });
  }
}

async function readAnswer(response: Response, onLine: Request['onLine']): Promise<Answer> {
  const isByLine = onLine !== undefined && response.ok && response.body !== null;
  if (isByLine) await eachLine(response.body, onLine);
  const text = isByLine ? '' : await response.text();
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    retryAfter: response.headers.get('retry-after'),
    text,
    json: () => JSON.parse(text) as unknown,
  };
}

async function eachLine(
  body: NonNullable<Response['body']>,
  onLine: NonNullable<Request['onLine']>,
): Promise<void> {
  // The same class of stream under two names: the web's and Node's.
  const input = Readable.fromWeb(body as ReadableStream<Uint8Array>);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') await onLine(line);
  }
}

/** The problem document (RFC 9457) in one line; anything else by its status alone. */
function refused(issuer: ConsortiumIssuer, answer: Answer): CliError {
  const problem = readProblem(answer);
  return new CliError(
    'CLI_SERVICE_REFUSED',
    `issuer ${issuer.name} answered ${answer.status}${problem === undefined ? '' : `: ${problem}`}`,
  );
}

function readProblem(answer: Answer): string | undefined {
  if (!answer.contentType.startsWith('application/problem+json')) return undefined;
  try {
    const fields = new Map(Object.entries(answer.json() ?? {}));
    const parts = [fields.get('code'), fields.get('detail') ?? fields.get('title')];
    return parts.filter((part) => typeof part === 'string').join(', ');
  } catch {
    return undefined;
  }
}
