/**
 * An HTTP server in front of another one, which it can spoil: what a service meets when those it depends on are away,
 * slow, broken or lying.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Random } from './random.ts';

export const FAULTS = [
  'refused',
  'timeout',
  '500',
  'empty',
  'garbage',
  'old',
  'oversize',
  'wrong content',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultProxyOptions {
  /** Base address of the good one. */
  readonly target: string;
  /** What the good one said when it was younger, by method and path; and what somebody else says. */
  readonly lies: (fault: 'old' | 'wrong content', path: string) => Promise<Uint8Array | undefined>;
}

const OVERSIZE_CHUNKS = 80;
const CHUNK = new Uint8Array(1024 * 1024).fill(0x20);

export class FaultProxy implements AsyncDisposable {
  readonly url: string;
  fault: Fault | undefined;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const server = createServer((request, response) => {
      void answer(request, response, proxy.fault, options).catch(() => response.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    // It listens on a port, not on a socket file.
    const { port } = server.address() as AddressInfo;
    const proxy = new FaultProxy(server, `http://127.0.0.1:${port}`);
    return proxy;
  }

  /** Ends what hangs. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
  { target, lies }: FaultProxyOptions,
): Promise<void> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of request) parts.push(new Uint8Array(part as Uint8Array)); // a request's body comes in Buffers
  const path = request.url ?? '/';
  switch (fault) {
    case 'refused':
      request.socket.destroy();
      return;
    case 'timeout':
      return; // until the client is tired of it
    case '500':
      response.writeHead(500).end('{"error":"out of order"}');
      return;
    case 'empty':
      response.writeHead(200).end();
      return;
    case 'garbage':
      response.writeHead(200).end(new Random(path.length).bytes(300));
      return;
    case 'oversize': {
      const closed = once(response, 'close');
      for (let i = 0; i < OVERSIZE_CHUNKS && !response.destroyed; i++) {
        if (!response.write(CHUNK)) await Promise.race([once(response, 'drain'), closed]);
      }
      response.end();
      return;
    }
    case 'old':
    case 'wrong content': {
      const lie = await lies(fault, path);
      response.writeHead(lie === undefined ? 404 : 200).end(lie);
      return;
    }
    case undefined: {
      const body = request.method === 'POST' ? new Blob(parts) : null;
      const headers = { 'content-type': request.headers['content-type'] ?? 'application/json' };
      const good = await fetch(`${target}${path}`, { method: request.method ?? 'GET', headers, body });
      response.writeHead(good.status).end(new Uint8Array(await good.arrayBuffer()));
    }
  }
}
