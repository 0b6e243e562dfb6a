/** Bearer tokens (RFC 6750), compared in constant time; and what they open, nobody may keep on the way (RFC 9111 §5.2.2.5). */
import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from './problems.ts';

/** Runs before anything of the request is read. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Admits only requests with one of `tokens`; others end with `UNAUTHENTICATED`. */
export function requireBearer(...tokens: readonly string[]): Guard {
  return requireBearerThat((given) => tokens.some((token) => isSameToken(given, token)));
}

/** Admits only requests with a token that `isGood`; others end with `UNAUTHENTICATED`. */
export function requireBearerThat(isGood: (token: string) => boolean): Guard {
  return async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    const given = bearerOf(request);
    if (given === undefined || !isGood(given)) {
      throw new RequestError('UNAUTHENTICATED', 'send Authorization: Bearer with the token of this service');
    }
  };
}

/** The token that a request comes with, whosever it is; `undefined`: none. */
export function bearerOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const [scheme, given, ...rest] = (headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && rest.length === 0 ? given : undefined;
}

/** Digests have one length, so that the comparison says nothing about the token's. */
export function isSameToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
