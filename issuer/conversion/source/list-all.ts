/** Of a store that an earlier release has written: every conversion is read once, counted, and listed with what is left. */
import { writeInPages } from '../in-pages.ts';
import type { SourceState, StateCounts } from '../state-counts.ts';
import { Todo } from '../todo.ts';
import { isAnswered, stateOf, type SourceHouse } from './entry.ts';

export async function listAllConversions(
  { entries, store, tables }: Pick<SourceHouse, 'entries' | 'store' | 'tables'>,
  counts: StateCounts<SourceState>,
): Promise<void> {
  const [answers, erasures] = [new Todo(tables, 'answer'), new Todo(tables, 'erasure')];
  await writeInPages(store, entries.all(), (batch, { number, entry }) => {
    counts.write(batch, number, { to: stateOf(entry) });
    if (!isAnswered(entry)) answers.add(batch, number);
    if (entry.withdrawnAtSeconds !== undefined) erasures.add(batch, number);
  });
}
