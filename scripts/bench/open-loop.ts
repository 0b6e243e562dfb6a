/**
 * A crowd: requests at fixed times, whether or not those before them have been answered (open loop). A time to answer
 * counts from when the request was due, not from when we came to send it, so a server that stalls is not spared the
 * requests that had to wait (no coordinated omission).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

export interface Crowd {
  /** Of the service, without a slash at its end. */
  readonly url: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Bodies, taken in turn. */
  readonly bodies: readonly string[];
  readonly maxSockets?: number;
  /** Whether nobody more comes. */
  readonly isOver?: () => boolean;
  /** Told when the last request has been sent, answered or not. */
  readonly onSent?: () => void;
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
  const {
    bodies,
    maxSockets = SOCKETS,
    onAnswer,
    onSent,
    perSecond,
    seconds,
    isOver = () => false,
    url,
  } = crowd;
  // Costs the machine, which the service shares, a third of what node:http does.
  const pool = new Pool(url, {
    connections: maxSockets,
    bodyTimeout: TIMEOUT_MS,
    headersTimeout: TIMEOUT_MS,
  });
  const total = Math.round(perSecond * seconds);
  const answers: Answered[] = [];
  const answered = Promise.withResolvers<void>();
  // The crowd as a whole is one of them until everybody has come: nothing else is kept for those who wait.
  let waiting = 1;
  const leave = (): void => {
    if (--waiting === 0) answered.resolve();
  };
  const startedAt = performance.now();
  for (let sent = 0; sent < total && !isOver();) {
    const elapsed = performance.now() - startedAt;
    for (; sent < total && (sent * 1000) / perSecond <= elapsed; sent++) {
      const dueMs = (sent * 1000) / perSecond;
      waiting++;
      // The remainder is an index.
      post(pool, bodies[sent % bodies.length]!, (result) => {
        const answer = { ...result, dueMs, tookMs: performance.now() - startedAt - dueMs };
        answers.push(answer);
        onAnswer?.(answer);
        leave();
      });
    }
    await delay(TICK_MS);
  }
  onSent?.();
  leave();
  await answered.promise;
  await pool.destroy();
  return answers;
}

function post(pool: Pool, body: string, end: (result: Pick<Answered, 'status' | 'failure'>) => void): void {
  let status = 0;
  pool.dispatch(
    { path: '/verify', method: 'POST', headers: { 'content-type': 'application/json' }, body },
    {
      onRequestStart: () => undefined,
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData: () => undefined,
      onResponseEnd: () => end({ status }),
      onResponseError: (_controller, error) => end({ status: 0, failure: codeOf(error) }),
    },
  );
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
