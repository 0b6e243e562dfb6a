/**
 * What a witness has signed last, by log: the one thing that it must not forget. In a Level store that one process
 * owns; a write has come back once it is on the disk.
 *
 *   table 1   origin (UTF-8) → size u64 ‖ root 32      format 1
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { defineTables, Store, WriteBatch } from '../../service/store.ts';

export interface SignedTree {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

const SIZE_BYTES = 8;
const TABLES = defineTables({ signed: { tag: 1, format: 1 } });

export class WitnessRecord implements AsyncDisposable {
  readonly #store: Store;

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Throws `STORE_LOCKED` while another process has it. */
  static async open(folder: string): Promise<WitnessRecord> {
    return new WitnessRecord(await Store.open(folder));
  }

  async last(origin: string): Promise<SignedTree | undefined> {
    const value = await this.#store.table(TABLES.signed).get(toUtf8(origin));
    if (value === undefined) return undefined;
    return { size: readUint64(value), root: value.slice(SIZE_BYTES) };
  }

  /** On the disk when it resolves. After a failure nothing is written any more: `STORE_FAILED`. */
  async put(origin: string, { size, root }: SignedTree): Promise<void> {
    const value = concatBytes(toUint64(size), root);
    await this.#store.commit(new WriteBatch().put(TABLES.signed, toUtf8(origin), value));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }
}
