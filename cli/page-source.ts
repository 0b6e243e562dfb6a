/** Pages of roots, from a folder or an address: soon, for a code waits, and not at once again where they are not to be had. */
import type { GetPage, PageAway } from '../core/bundle/day-pages.ts';
import { fileGetter } from './bundle-source.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

/** As long as the checkpoint page waits. */
const TIMEOUT_MS = 5000;
const AWAY_SECONDS = 60;
const MAX_AWAY = 256;

interface Away {
  readonly why: PageAway;
  readonly untilSeconds: number;
}

export function pageGetter(from: string, io: Io): GetPage {
  const get = fileGetter(from, io, TIMEOUT_MS);
  const awayByPath = new Map<string, Away>();
  return async (path) => {
    const away = awayByPath.get(path);
    if (away !== undefined && io.nowSeconds() < away.untilSeconds) return away.why;
    awayByPath.delete(path);
    const found = await get(path).catch(whyAway);
    if (typeof found !== 'string') return found;
    awayByPath.set(path, { why: found, untilSeconds: io.nowSeconds() + AWAY_SECONDS });
    const [oldest] = awayByPath.keys();
    if (awayByPath.size > MAX_AWAY && oldest !== undefined) awayByPath.delete(oldest);
    return found;
  };
}

function whyAway(error: unknown): PageAway {
  if (!(error instanceof CliError)) throw error;
  return error.code === 'CLI_SERVICE_UNREACHABLE' ? 'OFFLINE' : 'NO_ANSWER';
}
