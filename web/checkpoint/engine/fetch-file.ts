/** Files over HTTP, for the engine. */
import { HclError } from '../../../core/errors.ts';

export type FetchErrorCode = 'OFFLINE' | 'NO_ANSWER';

export class FetchError extends HclError<FetchErrorCode> {}

/** Larger than any bundle that a device has room for. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Throws `OFFLINE`, `NO_ANSWER`. */
export async function fetchFile(url: URL): Promise<Uint8Array> {
  let response: Response;
  try {
    // What a name stands for may have changed; what a digest stands for has not.
    response = await fetch(url, { cache: 'no-cache', redirect: 'error' });
  } catch (cause) {
    throw new FetchError('OFFLINE', 'the server cannot be reached', { cause });
  }
  const bytes = response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
  if (bytes === undefined || bytes.length > MAX_BYTES) {
    throw new FetchError('NO_ANSWER', `the server answered with status ${response.status}`);
  }
  return bytes;
}
