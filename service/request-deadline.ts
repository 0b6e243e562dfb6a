/**
 * Slow senders: a request must have come whole in time. Node's own limit is one for all routes, and writes its refusal into
 * the middle of an answer that is on its way; here a route that answers while it is asked can lift it.
 */
import type { IncomingMessage } from 'node:http';
import type { Service } from './app.ts';
import type { GivingUp } from './giving-up.ts';
import { RequestError } from './problems.ts';

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** An answer that has begun is cut with its connection: whoever reads it sees that it is not whole. */
export function refuseSlowSenders(app: Service, timeoutMs: number, givingUp: GivingUp): void {
  app.addHook('onRequest', async ({ raw }, reply) => {
    const end = (): void => {
      if (raw.complete || raw.destroyed) return;
      if (reply.sent) raw.destroy();
      else
        void reply.header('connection', 'close').send(new RequestError('REQUEST_TIMEOUT', 'sent too slowly'));
    };
    const deadline = setTimeout(() => givingUp.add(end), timeoutMs).unref();
    deadlines.set(raw, deadline);
    raw.once('close', () => clearTimeout(deadline));
  });
}

/** For a route that answers while it is asked. */
export function liftDeadline(request: IncomingMessage): void {
  clearTimeout(deadlines.get(request));
}
