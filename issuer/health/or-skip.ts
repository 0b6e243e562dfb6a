/** One person's file or record that cannot be read holds up nobody else's. */
import { InvariantError } from '../../core/errors.ts';
import type { Log } from '../../service/logging.ts';
import { StoreError } from '../../service/store.ts';

/**
 * What does not open, or is not what it must be, was touched or lost, or is more than our code can take: it waits, an
 * operator is told, and everybody else is served. A store that fails and a contradiction are not one person's.
 */
export async function orSkip<Result>(work: Promise<Result>, log: Log): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof InvariantError || isOfStore(error)) throw error;
    log.error(
      { code: 'HEALTH_FILE_UNREADABLE', err: error },
      'a health file or record is not what it must be: no colour is given',
    );
    return undefined;
  }
}

/** Also what Level says itself: its reads are not translated. */
function isOfStore(error: unknown): boolean {
  if (error instanceof StoreError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('LEVEL_');
}
