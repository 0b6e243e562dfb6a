/** Numbers of entries with which something is left to do: what a start reads, instead of all that are kept. */
import { concatBytes } from '../../core/bytes/concat.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import { TABLES, type IssuerTables } from '../store.ts';

/** `answer`: the target may still say something; `erasure`: a consent was withdrawn; `ruling`: an officer decides. */
const KINDS = ['answer', 'erasure', 'ruling'] as const;

export class Todo {
  readonly #tables: Pick<IssuerTables, 'conversionTodo'>;
  readonly #kind: number;

  constructor(tables: Pick<IssuerTables, 'conversionTodo'>, kind: (typeof KINDS)[number]) {
    this.#tables = tables;
    this.#kind = KINDS.indexOf(kind);
  }

  add(batch: WriteBatch, number: number): void {
    batch.put(TABLES.conversionTodo, this.#key(number), new Uint8Array(0));
  }

  done(batch: WriteBatch, number: number): void {
    batch.delete(TABLES.conversionTodo, this.#key(number));
  }

  /** Ascending. */
  async *numbers(): AsyncGenerator<number> {
    const range = { from: Uint8Array.of(this.#kind), before: Uint8Array.of(this.#kind + 1) };
    for await (const { key } of this.#tables.conversionTodo.entries(range)) yield readUint64(key, 1);
  }

  #key(number: number): Uint8Array {
    return concatBytes(Uint8Array.of(this.#kind), toUint64(number));
  }
}
