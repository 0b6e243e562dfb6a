/** Waits for what another process does: asks again until it is so. Only the test's own time limit ends it otherwise. */
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 10;

/** The first answer that is not `undefined` or false. */
export async function until<Answer>(
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(PAUSE_MS);
  }
}
