/** An endpoint that lies, loses and hangs: an HTTP proxy before a node with a hook around each exchange. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** One answer of a batch, or of a single request. */
export interface RpcAnswer {
  readonly id: number;
  result?: unknown;
  error?: unknown;
}

export interface Exchange {
  /** One for a single request. */
  readonly requests: readonly RpcRequest[];
  /** Hands the exchange to the node behind. */
  forward(): Promise<RpcAnswer[]>;
  /** Asks the node something else. */
  ask(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** What to answer: answers, raw text, a connection reset, or nothing at all. */
export type Reply = RpcAnswer[] | { readonly text: string } | 'reset' | 'hang';

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** The hook; may be set anew at any time. */
  handle: (exchange: Exchange) => Promise<Reply>;
}

export const honest = (exchange: Exchange): Promise<Reply> => exchange.forward();

export async function startFaultProxy(
  target: string,
  handle: FaultProxy['handle'] = honest,
): Promise<FaultProxy> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handle,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readAll(request);
    const body = JSON.parse(text) as RpcRequest | RpcRequest[];
    const requests = Array.isArray(body) ? body : [body];
    const reply = await proxy.handle({ requests, forward: () => forward(text), ask });
    if (reply === 'hang') return;
    if (reply === 'reset') {
      request.socket.destroy();
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end('text' in reply ? reply.text : JSON.stringify(Array.isArray(body) ? reply : reply[0]));
  }

  async function forward(text: string): Promise<RpcAnswer[]> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(target, { method: 'POST', headers, body: text });
    const reply = (await response.json()) as RpcAnswer | RpcAnswer[];
    return Array.isArray(reply) ? reply : [reply];
  }

  async function ask(method: string, params: readonly unknown[]): Promise<unknown> {
    const [answer] = await forward(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
    return answer?.result;
  }

  return proxy;
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
