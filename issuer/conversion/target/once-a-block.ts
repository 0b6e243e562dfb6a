/** Asks again only when more of the ledger was read: until then the same would come of it. */
import type { ConversionPort } from '../ports.ts';

/**
 * An asker that throws again what was thrown last, at no cost, as long as the head that was read is the same.
 *
 * @param ask rejects with what more blocks may cure
 */
export function onceABlock<Answer>(
  { state }: Pick<ConversionPort, 'state'>,
  ask: () => Promise<Answer>,
): () => Promise<Answer> {
  let last: { readonly head: number; readonly error: unknown } | undefined;
  return async () => {
    const head = state.head.number;
    if (last?.head === head) throw last.error;
    try {
      return await ask();
    } catch (error) {
      last = { head, error };
      throw error;
    }
  };
}
