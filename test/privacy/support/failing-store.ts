/** Ends a process's life at one of its writes: that write and all after it fail, in every store of this process. */
import { Store, StoreError, type WriteBatch } from '../../../service/store.ts';

/** `lost`: it does not happen. `kept`: it happens, and the caller gets an error all the same. */
export type WriteFault = 'lost' | 'kept';

/** Until it is disposed. Writes are counted from 1. */
export class FailingWrites implements Disposable {
  readonly #commit = Store.prototype.commit;
  /** Writes so far. */
  count = 0;

  constructor(at: number, fault: WriteFault) {
    const commit = this.#commit;
    const countOne = (): number => ++this.count;
    Store.prototype.commit = async function failing(this: Store, batch: WriteBatch): Promise<void> {
      const number = countOne();
      if (number < at || (number === at && fault === 'kept')) await commit.call(this, batch);
      if (number >= at) throw new StoreError('STORE_FAILED', 'the process has ended');
    };
  }

  [Symbol.dispose](): void {
    Store.prototype.commit = this.#commit;
  }
}
