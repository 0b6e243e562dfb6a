/** Decisions that are over their time go from the store, with the names they had. */
import type { Decision } from '../../../core/conversion/acknowledgement.ts';
import { WriteBatch } from '../../../service/store.ts';
import { TABLES } from '../../store.ts';
import { surelyPastSeconds } from '../house-time.ts';
import { FORGOTTEN_AT_ONCE, KEPT_SECONDS, TO_REWRITE } from '../kept.ts';
import type { StateCounts } from '../state-counts.ts';
import { decisionKey } from './entry.ts';
import type { TargetHouse } from './house.ts';
import type { Referrals } from './referrals.ts';

/**
 * Erases some of what was decided {@link KEPT_SECONDS} ago, and whom an officer has not decided on by then; false when
 * nothing is left to erase.
 */
export async function forgetDecisions(
  house: TargetHouse,
  { counts, referrals }: { readonly counts: StateCounts<Decision>; readonly referrals: Referrals },
): Promise<boolean> {
  const { entries, store } = house;
  const before = surelyPastSeconds(house) - KEPT_SECONDS;
  const batch = new WriteBatch();
  const forgotten = new Map<number, Decision>();
  for await (const { number, entry } of entries.all()) {
    const isOver = entry.decidedAtSeconds < before;
    // Entries are in the order of their times but for those that an officer has decided since.
    if ((!isOver && entry.officer === undefined) || forgotten.size === FORGOTTEN_AT_ONCE) break;
    if (!isOver) continue;
    forgotten.set(number, entry.decision);
    entries.delete(batch, number);
    batch.delete(TABLES.decisionIds, decisionKey(entry));
    counts.write(batch, number, { from: entry.decision });
    referrals.drop(batch, number);
  }
  if (forgotten.size === 0) return false;
  batch.put(TABLES.meta, TO_REWRITE, new Uint8Array(0));
  await store.commit(batch);
  for (const from of forgotten.values()) counts.moved({ from });
  return true;
}
