/** Lets the turn of an epoch move its first chunk of records and no other, until it is disposed of. */
import { Store } from '../../../service/store.ts';
import { TABLES } from '../../../issuer/store.ts';

export class StoppedTurn implements Disposable {
  readonly #commit = Store.prototype.commit;

  constructor() {
    const commit = this.#commit;
    let chunks = 0;
    Store.prototype.commit = async function (batch): Promise<void> {
      const tags = new Set(batch.operations.map(({ key }) => key[0]));
      // Records, and how far the turn has come.
      const isChunk = tags.has(TABLES.records.tag) && tags.has(TABLES.meta.tag);
      if (isChunk && chunks++ > 0) throw new Error('the turn is stopped');
      await commit.call(this, batch);
    };
  }

  [Symbol.dispose](): void {
    Store.prototype.commit = this.#commit;
  }
}
