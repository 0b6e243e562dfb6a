/**
 * Refusals for load, before the framework sees a request: no route, no hook, no body, one write. In a crowd of ten times
 * what is taken, what is refused must cost next to nothing. What the sender goes on sending of a small body is thrown away,
 * and the connection is kept: another one would cost both sides more.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Service } from './app.ts';
import type { HttpMetrics } from './metrics.ts';
import { RequestError, SERVICE_PROBLEMS, toProblem } from './problems.ts';
import { pathOf } from './request-path.ts';

export interface Refusal {
  readonly code: 'RATE_LIMITED' | 'SERVICE_OVERLOADED';
  readonly retryAfterSeconds: number;
}

const TOO_MUCH = 'more than is taken now';

/** @param refusalFor by path, see {@link pathOf}; `undefined` lets a request in */
export function addFrontDoor(
  app: Service,
  { requestSeconds }: HttpMetrics,
  refusalFor: (path: string | undefined) => Refusal | undefined,
): void {
  const asked = new WeakMap<IncomingMessage, string | undefined>();
  // What the framework has put there; requests that are injected come in behind it.
  const inside = app.server.listeners('request');
  app.server.removeAllListeners('request');
  app.server.on('request', (request, response) => {
    const path = pathOf(request.url ?? '/');
    const refusal = refusalFor(path);
    if (refusal === undefined) {
      asked.set(request, path);
      for (const listener of inside) Reflect.apply(listener, app.server, [request, response]);
      return;
    }
    const status = refuse(response, refusal);
    requestSeconds.observe({ method: request.method ?? '', route: 'refused', status }, 0);
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

/** The status. */
function refuse(response: ServerResponse, { code, retryAfterSeconds }: Refusal): number {
  const problem = toProblem(new RequestError(code, TOO_MUCH), randomUUID(), SERVICE_PROBLEMS);
  const body = JSON.stringify(problem);
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'retry-after': String(retryAfterSeconds),
    'cache-control': 'no-store',
  });
  response.end(body);
  return problem.status;
}
