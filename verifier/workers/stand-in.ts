/**
 * Who answers on the port while no worker does: everything is refused (503, `SERVICE_OVERLOADED`), so that nobody waits for
 * a worker that may never come up; only `/health/live` is answered, for this process lives.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { problemOf, SERVICE_PROBLEMS } from '../../service/problems.ts';
import { pathOf } from '../../service/request-path.ts';

const RETRY_AFTER_SECONDS = 1;
const SLOWEST_MS = 10_000;

export class StandIn implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects when somebody else has the port. */
  static async listen(place: { readonly host: string; readonly port: number }): Promise<StandIn> {
    const server = createServer({ headersTimeout: SLOWEST_MS, requestTimeout: SLOWEST_MS }, refuse);
    // Of this process alone: a worker takes the port when it has been given up.
    server.listen({ ...place, exclusive: true });
    await once(server, 'listening');
    return new StandIn(server);
  }

  /** The port is free when it resolves. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const isLive = pathOf(request.url ?? '/') === '/health/live';
  const body = isLive
    ? { status: 'live' }
    : problemOf('SERVICE_OVERLOADED', undefined, randomUUID(), SERVICE_PROBLEMS);
  response.writeHead(isLive ? 200 : 503, {
    'content-type': isLive ? 'application/json' : 'application/problem+json',
    'cache-control': 'no-store',
    connection: 'close',
    ...(isLive ? {} : { 'retry-after': String(RETRY_AFTER_SECONDS) }),
  });
  response.end(JSON.stringify(body));
}
