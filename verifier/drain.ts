/**
 * A stop that nobody notices: for a moment every answer says that its connection ends (RFC 9112 §9.6), so that clients
 * come again on new ones, elsewhere if there is an elsewhere. Without it a kept connection may be closed just as the next
 * request travels towards us, and that request is lost.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '../service/app.ts';

/** As long as a busy client takes to use each of its connections once. */
const DRAIN_MS = 500;

/** Call before the app listens; what it gives, before the app closes. */
export function addDrain(app: Service): () => Promise<void> {
  let isDraining = false;
  app.addHook('onSend', async (_request, reply) => {
    if (isDraining) void reply.header('connection', 'close');
  });
  return async () => {
    isDraining = true;
    await delay(DRAIN_MS);
  };
}
