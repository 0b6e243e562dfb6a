/** Files of the operator's beside the page, each of which may be there, or not any more. */

/** Its bytes; `none`: the server says that there is none; `undefined`: nobody could say, so what is kept stands. */
export type FileBeside = Uint8Array | 'none' | undefined;

export type FetchBeside = (name: string) => Promise<FileBeside>;

const NO_CONTENT = 204;
const NOT_FOUND = 404;

/** @param get in place of the browser's */
export function fetchBesideWith(get: typeof fetch): FetchBeside {
  return async (name) => {
    const response = await get(name, { cache: 'no-cache' }).catch(() => undefined);
    if (response?.status === NO_CONTENT || response?.status === NOT_FOUND) return 'none';
    return response?.status === 200 ? new Uint8Array(await response.arrayBuffer()) : undefined;
  };
}
