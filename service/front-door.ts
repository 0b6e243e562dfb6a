/**
 * Refusals for load, before the framework sees a request: no route, no hook, no body, one write. In a crowd of ten times
 * what is taken, what is refused must cost next to nothing. What the sender goes on sending of a small body is thrown away,
 * and the connection is kept: another one would cost both sides more. A body that is large, that nobody knows the length
 * of, or that does not come, is not waited for.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Service } from './app.ts';
import type { HttpMetrics } from './metrics.ts';
import { problemOf, RequestError, SERVICE_PROBLEMS } from './problems.ts';
import { pathOf } from './request-path.ts';

export interface Refusal {
  readonly code: 'RATE_LIMITED' | 'SERVICE_OVERLOADED';
  readonly retryAfterSeconds: number;
}

export interface FrontDoorOptions {
  readonly metrics: Pick<HttpMetrics, 'requestSeconds'>;
  /** By path, see {@link pathOf}; `undefined` lets a request in. */
  readonly refusalFor: (path: string | undefined) => Refusal | undefined;
  /** Whether connections end with their answers: see `drain.ts`. */
  readonly isDraining: () => boolean;
  /** How long the rest of what is refused may come. */
  readonly bodyMs: number;
}

/** As much of a body as is thrown away for the sake of its connection: a code is smaller. */
const MAX_WASTED_BYTES = 16 * 1024;
const TOO_MUCH = 'more than is taken now';

export function addFrontDoor(app: Service, options: FrontDoorOptions): void {
  const { refusalFor } = options;
  const asked = new WeakMap<IncomingMessage, string | undefined>();
  // What the framework has put there; requests that are injected come in behind it.
  const inside = app.server.listeners('request');
  app.server.removeAllListeners('request');
  const isLetIn = (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = pathOf(request.url ?? '/');
    const refusal = refusalFor(path);
    if (refusal === undefined) asked.set(request, path);
    else refuse(request, response, { refusal, ...options });
    return refusal === undefined;
  };
  const goInside = (...both: [IncomingMessage, ServerResponse]): void => {
    for (const listener of inside) Reflect.apply(listener, app.server, both);
  };
  app.server.on('request', (...both) => {
    if (isLetIn(...both)) goInside(...both);
  });
  // Who asks first whether to send a body is told before it is sent.
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!isLetIn(request, response)) return;
    response.writeContinue();
    goInside(request, response);
  });
  // The router has the last word on what a path means: whatever comes to another route is asked again.
  app.addHook('onRequest', async ({ raw, routeOptions: { url: route } }, reply) => {
    if (route === undefined || asked.get(raw) === route) return;
    const refusal = refusalFor(route);
    if (refusal === undefined) return;
    void reply.header('retry-after', refusal.retryAfterSeconds);
    throw new RequestError(refusal.code, TOO_MUCH);
  });
}

interface RefusalTerms extends Pick<FrontDoorOptions, 'metrics' | 'isDraining' | 'bodyMs'> {
  readonly refusal: Refusal;
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { refusal: { code, retryAfterSeconds }, bodyMs, isDraining, metrics }: RefusalTerms,
): void {
  // No error: the stack that one notes down is a third of what a refusal would cost.
  const problem = problemOf(code, TOO_MUCH, randomUUID(), SERVICE_PROBLEMS);
  const { status } = problem;
  const body = JSON.stringify(problem);
  response.writeHead(status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'retry-after': String(retryAfterSeconds),
    'cache-control': 'no-store',
    ...(isDraining() || isLarge(request) ? { connection: 'close' } : {}),
  });
  response.end(body);
  giveUpAfter(bodyMs, request);
  metrics.requestSeconds.observe({ method: request.method ?? '', route: 'refused', status }, 0);
}

/** Whether more may come than is thrown away; of a body that its sender holds back nobody knows whether it comes. */
function isLarge({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return true;
  return Number(headers['content-length'] ?? 0) > MAX_WASTED_BYTES;
}

/** A request that has not come whole by then ends with its connection. */
function giveUpAfter(ms: number, request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), ms).unref();
  request.once('close', () => clearTimeout(timer));
}
