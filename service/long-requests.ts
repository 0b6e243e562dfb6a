/**
 * Requests that may come for as long as their sender is there, and be silent meanwhile; so many, and so long, and no more.
 * A stop answers what has come of them and ends them; a close cuts them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Service } from './app.ts';
import { RequestError } from './problems.ts';
import { liftDeadline } from './request-deadline.ts';

export interface LongRequestLimits {
  readonly maxOpen: number;
  /** Neither sent to nor read from for so long, a connection is cut. */
  readonly silenceMs: number;
}

const KEEP_ALIVE_MS = 60_000;
const RETRY_AFTER_SECONDS = 10;
/** For the sender to read the last answer in. */
const LAST_WORD_MS = 1000;

export class LongRequests {
  readonly #limits: LongRequestLimits;
  readonly #stopping: AbortSignal;
  readonly #open = new Map<ServerResponse, Arrivals>();

  constructor(app: Service, limits: LongRequestLimits) {
    this.#limits = limits;
    this.#stopping = app.stopping;
    app.stopping.addEventListener('abort', () => {
      for (const arrivals of this.#open.values()) arrivals.wake();
    });
    app.addHook('preClose', async () => {
      for (const answer of this.#open.keys()) answer.destroy();
    });
  }

  /** The body, as it comes. Throws `SERVICE_OVERLOADED`; the body, told to stop, `SERVICE_STOPPING`. */
  take({ raw: request }: FastifyRequest, reply: FastifyReply): AsyncGenerator<Uint8Array> {
    if (this.#open.size >= this.#limits.maxOpen) {
      void reply.headers({ 'retry-after': RETRY_AFTER_SECONDS, connection: 'close' });
      throw new RequestError('SERVICE_OVERLOADED', 'as many streams are open as are taken');
    }
    const arrivals = new Arrivals(request);
    // What was injected has no connection.
    if (request.socket instanceof Socket) this.#keep(request, reply.raw, arrivals);
    return chunksOf(request, arrivals, this.#stopping);
  }

  #keep(request: IncomingMessage, answer: ServerResponse, arrivals: Arrivals): void {
    liftDeadline(request);
    request.socket.setTimeout(this.#limits.silenceMs);
    // Who is gone without a word is found out by the system.
    request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#open.set(answer, arrivals);
    answer.once('close', () => this.#open.delete(answer));
    answer.once('finish', () => endUnfinished(request));
  }
}

/** That something has come, or that nothing more will. */
class Arrivals {
  wake = (): void => undefined;

  constructor(request: IncomingMessage) {
    for (const event of ['readable', 'end', 'close'] as const) request.on(event, () => this.wake());
  }

  async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.wake = resolve;
    await promise;
  }
}

/** Unlike the request's own iterator it leaves the connection to the answer, and ends when told to stop. */
async function* chunksOf(
  request: IncomingMessage,
  arrivals: Arrivals,
  stopping: AbortSignal,
): AsyncGenerator<Uint8Array> {
  while (!request.readableEnded) {
    if (request.destroyed) throw request.errored ?? new RequestError('REQUEST_REFUSED', 'the sender is gone');
    // What has come by now is the last that is taken.
    const isLast = stopping.aborted && !request.complete;
    // Without an encoding it is bytes.
    const chunk = request.read() as Uint8Array | null;
    if (chunk !== null) yield chunk;
    else if (!isLast) await arrivals.next();
    if (isLast) throw new RequestError('SERVICE_STOPPING', 'send what has no answer elsewhere');
  }
}

/** Answered for the last time while more of it may come: that is thrown away while its sender reads the answer. */
function endUnfinished(request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  request.removeAllListeners('readable').resume();
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LAST_WORD_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}
