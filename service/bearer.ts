/** Bearer tokens (RFC 6750), compared in constant time; and what they open, nobody may keep on the way (RFC 9111 §5.2.2.5). */
import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from './problems.ts';

/** Runs before anything of the request is read. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Admits only requests with one of `tokens`; others end with `UNAUTHENTICATED`. */
export function requireBearer(...tokens: readonly string[]): Guard {
  const expected = tokens.map(digest);
  return async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    const [scheme, given, ...rest] = (request.headers.authorization ?? '').split(' ');
    const isBearer = scheme?.toLowerCase() === 'bearer' && given !== undefined && rest.length === 0;
    // Digests have one length, so that the comparison says nothing about the token's.
    if (!isBearer || !expected.some((token) => timingSafeEqual(digest(given), token))) {
      throw new RequestError('UNAUTHENTICATED', 'send Authorization: Bearer with the token of this service');
    }
  };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
