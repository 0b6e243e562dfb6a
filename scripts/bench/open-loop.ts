/**
 * A crowd: requests at fixed times, whether or not those before them have been answered (open loop). A time to answer
 * counts from when the request was due, not from when we came to send it, so a server that stalls is not spared the
 * requests that had to wait (no coordinated omission).
 */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Crowd {
  /** Of the service, without a slash at its end. */
  readonly url: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Bodies, taken in turn. */
  readonly bodies: readonly string[];
  readonly maxSockets?: number;
  /** Told of each answer, in the order of answers. */
  readonly onAnswer?: (answer: Answered) => void;
}

export interface Answered {
  /** HTTP status, or 0 when there was none. */
  readonly status: number;
  /** Error code when there was no status. */
  readonly failure?: string;
  /** Since the start. */
  readonly dueMs: number;
  readonly tookMs: number;
}

const TICK_MS = 1;
const SOCKETS = 512;
const TIMEOUT_MS = 30_000;

/** All answers, once the last one is there. */
export async function sendCrowd(crowd: Crowd): Promise<readonly Answered[]> {
  const { bodies, maxSockets = SOCKETS, onAnswer, perSecond, seconds, url } = crowd;
  const agent = new Agent({ keepAlive: true, maxSockets, scheduling: 'fifo' });
  const total = Math.round(perSecond * seconds);
  const answers: Answered[] = [];
  const pending: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let sent = 0; sent < total;) {
    const elapsed = performance.now() - startedAt;
    for (; sent < total && (sent * 1000) / perSecond <= elapsed; sent++) {
      const dueMs = (sent * 1000) / perSecond;
      // The remainder is an index.
      const body = bodies[sent % bodies.length]!;
      const sendOne = async (): Promise<void> => {
        const result = await post(`${url}/verify`, body, agent);
        const answer = { ...result, dueMs, tookMs: performance.now() - startedAt - dueMs };
        answers.push(answer);
        onAnswer?.(answer);
      };
      pending.push(sendOne());
    }
    await delay(TICK_MS);
  }
  await Promise.all(pending);
  agent.destroy();
  return answers;
}

function post(
  url: string,
  body: string,
  agent: Agent,
): Promise<{ readonly status: number; readonly failure?: string }> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const { promise, resolve } = Promise.withResolvers<{ status: number; failure?: string }>();
  const failed = (error: Error): void => {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    resolve({ status: 0, failure: code });
  };
  request(url, { method: 'POST', agent, headers, timeout: TIMEOUT_MS }, (response) => {
    response.on('end', () => resolve({ status: response.statusCode ?? 0 }));
    response.on('error', failed);
    response.resume();
  })
    .on('error', failed)
    .on('timeout', function (this: { destroy: (error: Error) => void }) {
      this.destroy(new Error('timeout'));
    })
    .end(body);
  return promise;
}
