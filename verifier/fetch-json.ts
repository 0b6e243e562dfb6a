/**
 * JSON from another organisation's service, bounded in every direction: time, size, redirects. The URL comes
 * from our own configuration, never from a code, and a redirect is refused so that it stays that way.
 */
import { HclError } from '../core/errors.ts';

export type FetchErrorCode =
  | 'FETCH_UNREACHABLE'
  | 'FETCH_TIMED_OUT'
  | 'FETCH_NOT_FOUND'
  | 'FETCH_REFUSED'
  | 'FETCH_TOO_LARGE'
  | 'FETCH_NOT_JSON';

export class FetchError extends HclError<FetchErrorCode> {}

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
  throw new FetchError('FETCH_REFUSED', `the service answered with status ${response.status}`);
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
