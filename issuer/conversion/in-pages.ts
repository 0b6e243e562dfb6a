/** Many small changes to a store, so many of them in one write. */
import { WriteBatch, type Store } from '../../service/store.ts';

const WRITTEN_AT_ONCE = 1_000;

/** `add` is called for each of `all`; what it adds is on the disk in the order of its calls. */
export async function writeInPages<Item>(
  store: Store,
  all: AsyncIterable<Item>,
  add: (batch: WriteBatch, item: Item) => void,
): Promise<void> {
  let batch = new WriteBatch();
  for await (const item of all) {
    add(batch, item);
    if (batch.operations.length < WRITTEN_AT_ONCE) continue;
    await store.commit(batch);
    batch = new WriteBatch();
  }
  await store.commit(batch);
}
