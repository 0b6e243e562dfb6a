/** Of a store that an earlier release has written: every decision is read once, counted, and listed if one is to follow. */
import type { Decision } from '../../../core/conversion/acknowledgement.ts';
import { writeInPages } from '../in-pages.ts';
import type { StateCounts } from '../state-counts.ts';
import { Todo } from '../todo.ts';
import type { TargetHouse } from './house.ts';

export async function listAllDecisions(
  { entries, store, tables }: Pick<TargetHouse, 'entries' | 'store' | 'tables'>,
  counts: StateCounts<Decision>,
): Promise<void> {
  const rulings = new Todo(tables, 'ruling');
  await writeInPages(store, entries.all(), (batch, { number, entry }) => {
    counts.write(batch, number, { to: entry.decision });
    if (entry.referred !== undefined) rulings.add(batch, number);
  });
}
