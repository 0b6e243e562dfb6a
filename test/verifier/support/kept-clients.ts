/**
 * Clients that send one request after the other, each on a connection of its own that it keeps, as HTTP clients do: where
 * an answer says `connection: close` the next request goes over a new one. They go on until nobody listens any more.
 */
import { Agent, request } from 'node:http';

export interface Crowd {
  /** Of the service, without a slash at its end. */
  readonly url: string;
  readonly clients: number;
  readonly body: string;
  /** Told of each answer. */
  readonly onAnswer: () => void;
}

export interface Stopped {
  /** How many requests were answered with which status. */
  readonly answered: ReadonlyMap<number, number>;
  /** What ended requests that went out over a connection on which others had been answered. */
  readonly droppedKept: readonly string[];
  /** What ended requests that went out first over theirs. */
  readonly droppedNew: readonly string[];
}

type Fate =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'kept' | 'new'; readonly failure: string }
  | { readonly kind: 'nobody listens' };

/** What became of all of their requests; resolves when the last client finds nobody. */
export async function sendUntilNobodyListens({ body, clients, onAnswer, url }: Crowd): Promise<Stopped> {
  const answered = new Map<number, number>();
  const dropped = { kept: [] as string[], new: [] as string[] };
  const live = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      const fate = await send(url, body, agent);
      if (fate.kind === 'nobody listens') break;
      if (fate.kind === 'answered') {
        answered.set(fate.status, (answered.get(fate.status) ?? 0) + 1);
        onAnswer();
      } else dropped[fate.kind].push(fate.failure);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: clients }, live));
  return { answered, droppedKept: dropped.kept, droppedNew: dropped.new };
}

function send(url: string, body: string, agent: Agent): Promise<Fate> {
  const { promise, resolve } = Promise.withResolvers<Fate>();
  let isConnected = false;
  const failed = (error: Error): void => {
    const failure = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    const kind = sent.reusedSocket ? 'kept' : 'new';
    resolve(isConnected ? { kind, failure } : { kind: 'nobody listens' });
  };
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request(`${url}/verify`, { method: 'POST', agent, headers }, (response) => {
    response.on('end', () => resolve({ kind: 'answered', status: response.statusCode ?? 0 }));
    response.on('error', failed);
    response.resume();
  });
  sent.on('error', failed).on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => (isConnected = true));
    else isConnected = true;
  });
  sent.end(body);
  return promise;
}
