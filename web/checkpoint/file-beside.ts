/** Files of the operator's beside the page, each of which may be there, or not any more. */

/** Its bytes; `none`: the server says that there is none; `undefined`: nobody could say, so what is kept stands. */
export type FileBeside = Uint8Array | 'none' | undefined;

export type FetchBeside = (name: string) => Promise<FileBeside>;

const NO_CONTENT = 204;
const NOT_FOUND = 404;
/** They are short; a server that does not answer for this long will not. */
const TIMEOUT_MS = 5000;

/** @param get in place of the browser's */
export function fetchBesideWith(get: typeof fetch, timeoutMs: number = TIMEOUT_MS): FetchBeside {
  return async (name) => {
    try {
      const response = await get(name, { cache: 'no-cache', signal: AbortSignal.timeout(timeoutMs) });
      if (response.status === NO_CONTENT || response.status === NOT_FOUND) return 'none';
      return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : undefined;
    } catch {
      return undefined;
    }
  };
}
