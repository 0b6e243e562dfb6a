/** What one of the two has not read from the ledger yet, it will have read in a moment. */
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../errors.ts';
import type { Patience } from './holder-client.ts';

const WAIT_MS = 50;
const PATIENCE_MS = 60_000;
const LEDGER_PATIENCE_MS = 10_000;

const A_MOMENT_LATER = /CONVERSION_(?:CODE_UNCONFIRMED|LIST_OUTDATED|NOT_SPENT|MAPPING_NOT_IN_FORCE)/;
const OUTDATED = /CONVERSION_LIST_OUTDATED/;

/** Asks again for a while what is refused for now. @param renew fetches anew what has become out of date */
export async function patiently<Answer>(
  request: () => Promise<Answer>,
  renew?: () => Promise<void>,
): Promise<Answer> {
  for (let waited = 0; ; waited += WAIT_MS) {
    try {
      return await request();
    } catch (error) {
      const isEarly = error instanceof CliError && A_MOMENT_LATER.test(error.message);
      if (!isEarly || waited > LEDGER_PATIENCE_MS) throw error;
      await delay(WAIT_MS);
      if (OUTDATED.test(error.message)) await renew?.();
    }
  }
}

/** How long a service may keep an answer back until there is something to tell. */
export const PATIENT: Patience = { waitSeconds: 4 };

/** Asks until there is an answer, which the service waits for. Throws `CLI_TIMED_OUT` with `message`. */
export async function until<Answer>(
  ask: () => Promise<Answer | undefined>,
  message: string,
): Promise<Answer> {
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(WAIT_MS);
  }
  throw new CliError('CLI_TIMED_OUT', message);
}
