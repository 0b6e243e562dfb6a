/**
 * JSON from another organisation's service, bounded in every direction: time, size, redirects. The URL comes
 * from our own configuration, never from a code, and a redirect is refused so that it stays that way.
 */
import { HclError } from '../core/errors.ts';

export type FetchErrorCode =
  | 'FETCH_UNREACHABLE'
  | 'FETCH_TIMED_OUT'
  | 'FETCH_NOT_FOUND'
  /** Too many requests; {@link FetchError.retryAfterSeconds} says when to come back. */
  | 'FETCH_BUSY'
  | 'FETCH_REFUSED'
  | 'FETCH_TOO_LARGE'
  | 'FETCH_NOT_JSON';

export class FetchError extends HclError<FetchErrorCode> {
  /** With `FETCH_BUSY`: what the service asked us to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: FetchErrorCode, message: string, options?: ErrorOptions & RetryAfter) {
    super(code, message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}

interface RetryAfter {
  readonly retryAfterSeconds?: number;
}

/** Where a service is busy and does not say for how long. */
const DEFAULT_RETRY_SECONDS = 10;

export interface FetchLimits {
  readonly maxBytes: number;
  /** For the whole exchange, body included. */
  readonly timeoutMs: number;
}

/** Throws {@link FetchError}. */
export type FetchJson = (url: string, limits: FetchLimits) => Promise<unknown>;

/** `GET` through `fetch`, with the limits enforced while the body arrives. */
export function fetchJsonWith(fetch: typeof globalThis.fetch): FetchJson {
  return async (url, limits) => {
    const signal = AbortSignal.timeout(limits.timeoutMs);
    try {
      const response = await fetch(url, {
        signal,
        redirect: 'error',
        headers: { accept: 'application/json' },
      });
      const body = await readBody(await checked(response), limits.maxBytes);
      return parse(body);
    } catch (cause) {
      if (cause instanceof FetchError) throw cause;
      throw signal.aborted
        ? new FetchError('FETCH_TIMED_OUT', `no complete answer within ${limits.timeoutMs} ms`, { cause })
        : new FetchError('FETCH_UNREACHABLE', 'the service cannot be reached', { cause });
    }
  };
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 404) throw new FetchError('FETCH_NOT_FOUND', 'the service does not have it');
  if (response.status === 429) {
    const retryAfterSeconds = retryAfterOf(response);
    throw new FetchError('FETCH_BUSY', 'the service has had too many requests', { retryAfterSeconds });
  }
  throw new FetchError('FETCH_REFUSED', `the service answered with status ${response.status}`);
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); its other form, a date, is not read. */
function retryAfterOf({ headers }: Response): number {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : DEFAULT_RETRY_SECONDS;
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of response.body ?? []) {
    total += part.length;
    // Leaving the loop cancels the stream.
    if (total > maxBytes)
      throw new FetchError('FETCH_TOO_LARGE', `the answer is larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  const body = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new FetchError('FETCH_NOT_JSON', 'the answer is not JSON', { cause });
  }
}
