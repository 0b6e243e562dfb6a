/** Makes the next write of any store of this process fail as Level itself fails it, and leaves those after it alone. */
import { Store, type WriteBatch } from '../../../service/store.ts';

export class SpoiltWrite implements Disposable {
  readonly #commit = Store.prototype.commit;

  constructor() {
    const commit = this.#commit;
    const end = (): void => this[Symbol.dispose]();
    Store.prototype.commit = async function spoilt(this: Store, batch: WriteBatch): Promise<void> {
      end();
      // Level takes no null for a key.
      batch.operations.push({ key: null as unknown as Uint8Array });
      await commit.call(this, batch);
    };
  }

  [Symbol.dispose](): void {
    Store.prototype.commit = this.#commit;
  }
}
