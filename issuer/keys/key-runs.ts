/**
 * Which key signed which entries of the lanes: a run for each change of key, from its starts to the next run's. So it
 * can be told at any time, without opening a record, how many credentials of a former key still wait for their batch.
 *
 *   run number u64 → JSON { "kid": "…", "starts": [12, 9, 0, 3], "statusVersion": 4 }
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { TABLES, type IssuerTables } from '../store.ts';

export interface KeyRun {
  readonly kid: string;
  /** For each lane, its first entry of this run. */
  readonly starts: readonly number[];
  /** The status version that was published when the run began, 0 before the first. */
  readonly statusVersion: number;
}

/** Entries of one lane, `end` not included. */
export interface LaneSpan {
  readonly lane: number;
  readonly first: number;
  readonly end: number;
}

export class KeyRuns {
  readonly #store: Store;
  #runs: readonly KeyRun[];

  private constructor(store: Store, runs: readonly KeyRun[]) {
    this.#store = store;
    this.#runs = runs;
  }

  static async open(store: Store, tables: IssuerTables): Promise<KeyRuns> {
    const runs: KeyRun[] = [];
    for await (const { value } of tables.keyRuns.entries()) {
      // The store holds what #write wrote.
      runs.push(JSON.parse(fromUtf8(value) ?? '') as KeyRun);
    }
    return new KeyRuns(store, runs);
  }

  get last(): KeyRun | undefined {
    return this.#runs.at(-1);
  }

  /** Every key that has signed, oldest first. */
  get kids(): readonly string[] {
    return [...new Set(this.#runs.map(({ kid }) => kid))];
  }

  get isFirst(): boolean {
    return this.#runs.length <= 1;
  }

  /** On the disk when it resolves. */
  async begin(run: KeyRun): Promise<void> {
    await this.#write(this.#runs.length, run);
    this.#runs = [...this.#runs, run];
  }

  /** The last run takes over all entries from these on: they were signed again. */
  async startLastAt(starts: readonly number[]): Promise<void> {
    const last = this.#runs.at(-1);
    if (last === undefined) return;
    const earlier = {
      ...last,
      starts: last.starts.map((start, lane) => Math.min(start, starts[lane] ?? start)),
    };
    await this.#write(this.#runs.length - 1, earlier);
    this.#runs = [...this.#runs.slice(0, -1), earlier];
  }

  /** What a key signed from `from` on, for each lane. */
  spansOf(kid: string, from: readonly number[], ends: readonly number[]): readonly LaneSpan[] {
    return this.#runs.flatMap((run, i) => {
      if (run.kid !== kid) return [];
      return run.starts.flatMap((start, lane): LaneSpan[] => {
        const later = this.#runs.slice(i + 1).map(({ starts }) => starts[lane] ?? 0);
        const first = Math.max(start, from[lane] ?? 0);
        const end = Math.min(ends[lane] ?? 0, ...later);
        return first < end ? [{ lane, first, end }] : [];
      });
    });
  }

  async #write(number: number, run: KeyRun): Promise<void> {
    const value = toUtf8(toCanonicalJson(run));
    await this.#store.commit(new WriteBatch().put(TABLES.keyRuns, toUint64(number), value));
  }
}
