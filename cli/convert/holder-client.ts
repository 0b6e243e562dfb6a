/** An issuer as a holder's device reaches it: no token, JSON in and out, refusals in the holder's language. */
import type { ConsortiumIssuer } from '../consortium-file.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';

const TIMEOUT_MS = 60_000;

export interface HolderClient {
  /** Throws `CLI_SERVICE_REFUSED` with the issuer's own words, `CLI_SERVICE_UNREACHABLE`. */
  get(path: string): Promise<unknown>;
  post(path: string, body: object): Promise<unknown>;
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
    get: (path) => ask(path, { method: 'GET' }),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
}

function refused({ name }: ConsortiumIssuer, answer: unknown): CliError {
  const fields = new Map(Object.entries(answer ?? {}));
  const words = [fields.get('code'), fields.get('detail') ?? fields.get('title')];
  return new CliError(
    'CLI_SERVICE_REFUSED',
    `${name}: ${words.filter((word) => word !== undefined).join(', ')}`,
  );
}
