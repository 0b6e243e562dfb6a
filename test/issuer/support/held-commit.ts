/** Holds back the next commit that writes to a table, so that something else can happen first. */
import { Store, type TableSpec, type WriteBatch } from '../../../service/store.ts';

export class HeldCommit implements Disposable {
  /** Resolves when the commit has come. */
  readonly reached: Promise<void>;
  readonly #released = Promise.withResolvers<void>();
  readonly #commit = Store.prototype.commit;

  private constructor(isIt: (batch: WriteBatch) => boolean) {
    const reached = Promise.withResolvers<void>();
    this.reached = reached.promise;
    const commit = this.#commit;
    const released = this.#released.promise;
    let isHeld = false;
    Store.prototype.commit = async function (batch): Promise<void> {
      if (!isHeld && isIt(batch)) {
        isHeld = true;
        reached.resolve();
        await released;
      }
      await commit.call(this, batch);
    };
  }

  static of({ tag }: TableSpec): HeldCommit {
    return new HeldCommit(({ operations }) => operations.some(({ key }) => key[0] === tag));
  }

  /** The next one of a batch that writes nothing: that of rows which are all known. */
  static ofNothing(): HeldCommit {
    return new HeldCommit(({ operations }) => operations.length === 0);
  }

  release(): void {
    this.#released.resolve();
  }

  [Symbol.dispose](): void {
    this.release();
    Store.prototype.commit = this.#commit;
  }
}
