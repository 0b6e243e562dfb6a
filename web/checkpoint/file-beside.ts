/** Files of the operator's beside the page, each of which may be there, or not any more. */
import { readBody } from '../shared/read-body.ts';

/** Why nobody could say: there is no network, the server says something else, or the file is longer than it may be. */
export type FileProblem = 'OFFLINE' | 'NO_ANSWER' | 'TOO_LARGE';

/** Its bytes; `none`: the server says that there is none; else what is kept stands. */
export type FileBeside = Uint8Array | 'none' | FileProblem;

export type BesideName = 'bundle-trust.json' | 'operator.json' | 'trust.json';

/** How long each may be. Of a longer one nothing is known. */
const MAX_BYTES: Readonly<Record<BesideName, number>> = {
  'bundle-trust.json': 64 * 1024,
  'operator.json': 64 * 1024,
  // The signers of whole systems, with certificates and directories: as much as a verifier takes from an issuer.
  'trust.json': 16 * 1024 * 1024,
};

export type FetchBeside = (name: BesideName) => Promise<FileBeside>;

const NO_CONTENT = 204;
const NOT_FOUND = 404;
/**
 * A server that is being brought up to date may say so of a file that it will have again. Without whose codes count nobody
 * passes; without the operator's rules more would, and no log would be kept: those are taken back by a file that says so,
 * or by 204.
 */
const OUTLIVES_NOT_FOUND: ReadonlySet<BesideName> = new Set(['operator.json']);
/** They are short; a server that does not answer for this long will not. */
const TIMEOUT_MS = 5000;

/** @param get in place of the browser's */
export function fetchBesideWith(get: typeof fetch, timeoutMs: number = TIMEOUT_MS): FetchBeside {
  return async (name) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const { body, status } = await get(name, { cache: 'no-cache', signal });
      const isGone = status === NOT_FOUND && !OUTLIVES_NOT_FOUND.has(name);
      if (status === NO_CONTENT || isGone) return 'none';
      if (status !== 200) return 'NO_ANSWER';
      return (await readBody(body, { maxBytes: MAX_BYTES[name] })) ?? 'TOO_LARGE';
    } catch {
      return 'OFFLINE';
    }
  };
}
