/** An issuer as a holder's device reaches it: no token, JSON in and out, refusals in the holder's language. */
import type { ConsortiumIssuer } from '../consortium-file.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';

const TIMEOUT_MS = 60_000;

export interface Patience {
  /** How long the service may keep the answer back until there is something to tell (RFC 7240 §4.3); default 0. */
  readonly waitSeconds?: number;
}

export interface HolderClient {
  /** Throws `CLI_SERVICE_REFUSED` with the issuer's own words, `CLI_SERVICE_UNREACHABLE`. */
  get(path: string, how?: Patience): Promise<unknown>;
  post(path: string, body: object, how?: Patience): Promise<unknown>;
}

export function holderClient(issuer: ConsortiumIssuer, language: string, io: Io): HolderClient {
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const url = `${issuer.url}${path}?language=${language}`;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await io.fetch(url, { ...init, signal, redirect: 'error' }).catch((cause: unknown) => {
      const message = `issuer ${issuer.name} does not answer at ${issuer.url}`;
      throw new CliError('CLI_SERVICE_UNREACHABLE', message, { cause });
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw refused(issuer, answer);
    return answer;
  };
  return {
    get: (path, how) => ask(path, { method: 'GET', headers: preferring(how) }),
    post: (path, body, how) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...preferring(how) },
        body: JSON.stringify(body),
      }),
  };
}

function preferring({ waitSeconds = 0 }: Patience = {}): Readonly<Record<string, string>> {
  return waitSeconds === 0 ? {} : { prefer: `wait=${waitSeconds}` };
}

function refused({ name }: ConsortiumIssuer, answer: unknown): CliError {
  const fields = new Map(Object.entries(answer ?? {}));
  const words = [fields.get('code'), fields.get('detail') ?? fields.get('title')];
  return new CliError(
    'CLI_SERVICE_REFUSED',
    `${name}: ${words.filter((word) => word !== undefined).join(', ')}`,
  );
}
