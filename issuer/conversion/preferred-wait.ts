/** How long a client would rather wait than ask again: `Prefer: wait=N`, seconds (RFC 7240 §4.3). */
import type { FastifyRequest } from 'fastify';

/** Less than what a stop leaves for answers. */
const LONGEST_MS = 4000;

/** Milliseconds; 0 without a preference. */
export function preferredWaitMs({ headers }: FastifyRequest): number {
  const { prefer = '' } = headers;
  const seconds = /(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])/.exec(String(prefer))?.[1];
  return seconds === undefined ? 0 : Math.min(LONGEST_MS, 1000 * Number(seconds));
}
