/** Files over HTTP, for the engine. */
import { HclError } from '../../../core/errors.ts';

export type FetchErrorCode = 'OFFLINE' | 'NO_ANSWER';

export class FetchError extends HclError<FetchErrorCode> {}

/** Larger than any bundle that a device has room for. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Throws `OFFLINE`, also where the network ends halfway or `signal` before it; `NO_ANSWER`. */
export async function fetchFile(url: URL, signal: AbortSignal | null): Promise<Uint8Array> {
  const { bytes, status } = await take(url, signal).catch((cause: unknown) => {
    throw new FetchError('OFFLINE', 'the server cannot be reached', { cause });
  });
  if (bytes === undefined || bytes.length > MAX_BYTES) {
    throw new FetchError('NO_ANSWER', `the server answered with status ${status}`);
  }
  return bytes;
}

async function take(
  url: URL,
  signal: AbortSignal | null,
): Promise<{ readonly status: number; readonly bytes?: Uint8Array }> {
  // What a name stands for may have changed; what a digest stands for has not.
  const response = await fetch(url, { cache: 'no-cache', redirect: 'error', signal });
  const { ok, status } = response;
  return ok ? { status, bytes: new Uint8Array(await response.arrayBuffer()) } : { status };
}
