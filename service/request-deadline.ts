/**
 * Slow senders: a request must have come whole in time. Node's own limit is one for all routes, and writes its refusal into
 * the middle of an answer that is on its way; here a route that answers while it is asked can lift it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Service } from './app.ts';
import { RequestError } from './problems.ts';

const KEEP_ALIVE_MS = 60_000;
const LAST_WORD_MS = 1000;
const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** An answer that has begun is cut with its connection: whoever reads it sees that it is not whole. */
export function refuseSlowSenders(app: Service, timeoutMs: number): void {
  app.addHook('onRequest', async ({ raw }, reply) => {
    const deadline = setTimeout(() => {
      if (raw.complete) return;
      if (reply.sent) raw.destroy();
      else
        void reply.header('connection', 'close').send(new RequestError('REQUEST_TIMEOUT', 'sent too slowly'));
    }, timeoutMs).unref();
    deadlines.set(raw, deadline);
    raw.once('close', () => clearTimeout(deadline));
  });
}

/** Requests that may come for as long as their sender is there, and be silent meanwhile. A stop cuts them. */
export class LongRequests {
  readonly #open = new Set<ServerResponse>();

  constructor(app: Service) {
    app.addHook('preClose', async () => {
      for (const answer of this.#open) answer.destroy();
    });
  }

  add(request: IncomingMessage, answer: ServerResponse): void {
    clearTimeout(deadlines.get(request));
    // A request that was injected has none.
    if (!(request.socket instanceof Socket)) return;
    request.socket.setTimeout(0);
    // Who is gone without a word is found out by the system.
    request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#open.add(answer);
    answer.once('close', () => this.#open.delete(answer));
    answer.once('finish', () => endUnfinished(request));
  }
}

/** Answered for the last time while more of it comes: that is thrown away for as long as it takes to read the answer. */
function endUnfinished(request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  request.resume();
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LAST_WORD_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}
