/**
 * A stop that nobody notices:
 *
 *   1. `/health/ready` says no, so that a balancer sends people elsewhere, and every answer says that its connection ends
 *      (RFC 9112 §9.6), so that clients come again on new ones. Without it a kept connection may be closed just as the next
 *      request travels towards us.
 *   2. Answers are held back: who waits for one does not come again. The port is closed once nobody new has come for a
 *      while, or after a second of a crowd that never ends: whom the system has accepted for us, we have taken.
 *   3. What was taken is answered, of streams what has come of them. Who has said nothing, or goes on saying it, is left after a while.
 *
 * A connection that the system accepts between the last look at the port and its closing is reset: a moment, not none.
 */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Service } from './app.ts';

/** As long as a busy client takes to use each of its connections once, or longer: a balancer looks at its own pace. */
export const DEFAULT_UNREADY_MS = 500;
const ANSWER_MS = 5000;
/** Whoever got their answer before they were held back has come again by then, and waits. */
const QUIET_MS = 100;
const LONGEST_HOLD_MS = 1000;

export interface Drain {
  readonly isDraining: () => boolean;
  /** Aborted once the port is closed: what has no end of its own ends now. */
  readonly stopping: AbortSignal;
  /** Resolves when what was taken is answered; the app is closed after it. */
  readonly drain: () => Promise<void>;
}

/** Call before the app listens. @param unreadyMs how long it says that it is about to stop */
export function addDrain(app: Service, unreadyMs: number): Drain {
  let isDraining = false;
  let connections = 0;
  const stopping = new AbortController();
  /** While the port is being closed. */
  let held: Promise<void> | undefined;
  app.server.on('connection', () => void connections++);
  app.addHook('onSend', async (_request, reply) => {
    if (isDraining) void reply.header('connection', 'close');
    await held;
  });
  const untilNobodyComes = async (): Promise<void> => {
    for (let heldMs = 0, seen = -1; seen !== connections && heldMs < LONGEST_HOLD_MS; heldMs += QUIET_MS) {
      seen = connections;
      await delay(QUIET_MS);
    }
    await nextTurn(); // after a last look at the port
  };
  return {
    isDraining: () => isDraining,
    stopping: stopping.signal,
    async drain() {
      isDraining = true;
      await delay(unreadyMs);
      if (!app.server.listening) return;
      const hold = Promise.withResolvers<void>();
      held = hold.promise;
      await untilNobodyComes();
      const closed = Promise.withResolvers<void>();
      app.server.close(() => closed.resolve());
      hold.resolve();
      stopping.abort();
      const late = new AbortController();
      await Promise.race([
        closed.promise,
        delay(ANSWER_MS, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      app.server.closeAllConnections();
    },
  };
}
