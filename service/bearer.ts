/** Bearer tokens (RFC 6750), compared in constant time. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { RequestError } from './problems.ts';

/** An `onRequest` hook that admits only requests with one of `tokens`; others end with `UNAUTHENTICATED`. */
export function requireBearer(...tokens: readonly string[]): (request: FastifyRequest) => Promise<void> {
  const expected = tokens.map(digest);
  return async (request) => {
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
