/** The issuer's HTTP surface as the command line uses it: records in, credentials out, revocations. */
import { readFile } from 'node:fs/promises';
import type { ConsortiumIssuer } from './consortium-file.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

const TIMEOUT_MS = 120_000;

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  json(): unknown;
}

export type IssuerClient = (request: Request) => Promise<Answer>;

/**
 * A client that carries the issuer's operator token. Statuses from 400 on throw `CLI_SERVICE_REFUSED` with
 * the problem's own words; a dead issuer throws `CLI_SERVICE_UNREACHABLE`.
 */
export async function issuerClient(issuer: ConsortiumIssuer, io: Io): Promise<IssuerClient> {
  const token = await readToken(issuer.operatorTokenFile);
  return async ({ method, path, contentType, body }) => {
    let response: Response;
    try {
      response = await io.fetch(issuer.url + path, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          authorization: `Bearer ${token}`,
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
        },
        ...(body === undefined ? {} : { body }),
      });
    } catch (cause) {
      throw new CliError('CLI_SERVICE_UNREACHABLE', `issuer ${issuer.name} does not answer at ${issuer.url}`, {
        cause,
      });
    }
    const answer = await readAnswer(response);
    if (response.status >= 400) throw refused(issuer, answer);
    return answer;
  };
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new CliError('CLI_NOT_STARTED', `the operator token ${path} cannot be read`, { cause });
  }
}

async function readAnswer(response: Response): Promise<Answer> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    bytes,
    json: () => JSON.parse(new TextDecoder().decode(bytes)) as unknown,
  };
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
