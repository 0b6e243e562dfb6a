/** Conversions that are over their time go from the store, with every name they had. */
import { fromHex } from '../../../core/bytes/hex.ts';
import { WriteBatch } from '../../../service/store.ts';
import { TABLES } from '../../store.ts';
import { surelyPastSeconds } from '../house-time.ts';
import { FORGOTTEN_AT_ONCE, KEPT_SECONDS, TO_REWRITE } from '../kept.ts';
import type { SourceState, StateCounts } from '../state-counts.ts';
import type { SourceAnswers } from './answers.ts';
import { stateOf, type SourceHouse } from './entry.ts';
import { consentKey } from './request.ts';
import type { Withdrawals } from './withdrawals.ts';

/** Erases some of what ended {@link KEPT_SECONDS} ago; false when nothing is left to erase. */
export async function forgetConversions(
  house: SourceHouse,
  {
    answers,
    counts,
    withdrawals,
  }: {
    readonly answers: SourceAnswers;
    readonly counts: StateCounts<SourceState>;
    readonly withdrawals: Withdrawals;
  },
): Promise<boolean> {
  const { entries, receipts, store } = house;
  const before = surelyPastSeconds(house) - KEPT_SECONDS;
  const batch = new WriteBatch();
  const forgotten = new Map<number, SourceState>();
  for await (const { number, entry } of entries.all()) {
    // Entries are in the order of their times, and none ends before it begins.
    if (entry.convertedAtSeconds >= before || forgotten.size === FORGOTTEN_AT_ONCE) break;
    if (entry.codeUntilSeconds >= before || withdrawals.has(number)) continue;
    forgotten.set(number, stateOf(entry));
    entries.delete(batch, number);
    receipts.delete(batch, number);
    batch.delete(TABLES.conversionIds, consentKey(house, entry.consent.id));
    batch.delete(TABLES.conversionIds, fromHex(entry.nullifier));
    counts.write(batch, number, { from: stateOf(entry) });
    answers.drop(batch, number);
  }
  if (forgotten.size === 0) return false;
  batch.put(TABLES.meta, TO_REWRITE, new Uint8Array(0));
  await store.commit(batch);
  for (const from of forgotten.values()) counts.moved({ from });
  return true;
}
