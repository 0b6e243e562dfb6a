/** Rows of work that waits: each names a file to look at, and stays until that is done. */
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Entry, type Range, type Store } from '../../service/store.ts';
import { chunksOf } from '../chunks.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { orSkip } from './or-skip.ts';

export interface WaitingRowsDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly log: Log;
}

/** What is done with is deleted so many at a time. */
export const CHUNK_ROWS = 500;

export interface RowWork {
  readonly range: Range;
  readonly work: (row: Entry) => Promise<void>;
  /** Adds what is stored with the deletions. */
  readonly addTo?: (batch: WriteBatch) => void;
}

/** Does what the rows name, and deletes them; those of what fails stay. */
export async function doRows(
  table: 'forgotten' | 'healthEdges',
  { range, work, addTo }: RowWork,
  { store, tables, log }: WaitingRowsDependencies,
): Promise<void> {
  for await (const rows of chunksOf(tables[table].entries(range), CHUNK_ROWS)) {
    const done = new WriteBatch();
    for (const row of rows) {
      const isDone = await orSkip(
        work(row).then(() => true),
        log,
      );
      if (isDone === true) done.delete(TABLES[table], row.key);
    }
    addTo?.(done);
    await store.commit(done);
  }
}
