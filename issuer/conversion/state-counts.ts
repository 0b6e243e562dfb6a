/**
 * How many conversions of one side are in each state, counted along with what is stored. Each change is a row of its
 * own, on the disk with what it is about: writes that come together cannot overwrite one another, as sums could. Rows
 * are folded into sums at a start and once a day, so that a start reads what has changed since and nothing that is done.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import type { Decision } from '../../core/conversion/acknowledgement.ts';
import { invariant } from '../../core/errors.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { TABLES, type IssuerTables } from '../store.ts';

/** `open`: the target has not answered; `withdrawn`, whatever it answers. */
export type SourceState = Decision | 'open' | 'withdrawn';

export interface CountedSide {
  readonly side: 'source' | 'target';
  readonly store: Store;
  readonly tables: Pick<IssuerTables, 'conversionMoves' | 'meta'>;
}

/** `from` absent: it is new; `to` absent: it is forgotten. */
export interface Move<State extends string> {
  readonly from?: State;
  readonly to?: State;
}

type Sums = Partial<Record<SourceState, number>>;

/** In rows: by place, from 1; 0 is none. */
const STATES: readonly SourceState[] = ['open', 'withdrawn', 'accepted', 'refused', 'referred'];
const SIDES = ['source', 'target'] as const;
const FOLDED_AT_ONCE = 1_000;
const NUMBER_END = 9;

export class StateCounts<State extends SourceState> {
  readonly #kept: CountedSide;
  readonly #sumsName: Uint8Array;
  readonly #counts = new Map<SourceState, number>();

  private constructor(kept: CountedSide) {
    this.#kept = kept;
    this.#sumsName = toUtf8(`conversion-counts-${kept.side}`);
  }

  /** @param countAll writes what is kept of a store that nobody has counted yet; cut short, it begins again */
  static async open<State extends SourceState>(
    kept: CountedSide,
    countAll: (counts: StateCounts<State>) => Promise<void>,
  ): Promise<StateCounts<State>> {
    const counts = new StateCounts<State>(kept);
    if ((await kept.tables.meta.get(counts.#sumsName)) === undefined) {
      await countAll(counts);
      await kept.store.commit(counts.#putSums(new WriteBatch(), {}));
    }
    await counts.fold();
    for (const state of STATES) counts.#counts.set(state, (await counts.#sums())[state] ?? 0);
    return counts;
  }

  of(state: State): number {
    return this.#counts.get(state) ?? 0;
  }

  /** Adds the change to what `batch` stores; call {@link moved} once that is on the disk. */
  write(batch: WriteBatch, number: number, { from, to }: Move<State>): void {
    const row = Uint8Array.of(codeOf(from), codeOf(to));
    batch.put(TABLES.conversionMoves, concatBytes(this.#prefix(), toUint64(number), row), new Uint8Array(0));
  }

  moved({ from, to }: Move<State>): void {
    if (from !== undefined) this.#counts.set(from, this.of(from) - 1);
    if (to !== undefined) this.#counts.set(to, this.of(to) + 1);
  }

  /** Sums up the rows that are there; not twice at once. */
  async fold(): Promise<void> {
    while (await this.#foldSome());
  }

  async #foldSome(): Promise<boolean> {
    const { store, tables } = this.#kept;
    const range = {
      from: this.#prefix(),
      before: concatBytes(this.#prefix(), new Uint8Array(11).fill(0xff)),
    };
    const batch = new WriteBatch();
    const sums = { ...(await this.#sums()) };
    for await (const { key } of tables.conversionMoves.entries({ ...range, limit: FOLDED_AT_ONCE })) {
      const [from, to] = [stateIn(key, NUMBER_END), stateIn(key, NUMBER_END + 1)];
      if (from !== undefined) sums[from] = (sums[from] ?? 0) - 1;
      if (to !== undefined) sums[to] = (sums[to] ?? 0) + 1;
      batch.delete(TABLES.conversionMoves, key);
    }
    if (batch.operations.length === 0) return false;
    await store.commit(this.#putSums(batch, sums));
    return true;
  }

  async #sums(): Promise<Sums> {
    const stored = await this.#kept.tables.meta.get(this.#sumsName);
    const text = stored === undefined ? undefined : fromUtf8(stored);
    invariant(text !== undefined, 'sums are there once a store was counted');
    // Written by `#putSums`.
    return JSON.parse(text) as Sums;
  }

  #putSums(batch: WriteBatch, sums: Sums): WriteBatch {
    return batch.put(TABLES.meta, this.#sumsName, toUtf8(JSON.stringify(sums)));
  }

  #prefix(): Uint8Array {
    return Uint8Array.of(SIDES.indexOf(this.#kept.side));
  }
}

function codeOf(state: SourceState | undefined): number {
  return state === undefined ? 0 : STATES.indexOf(state) + 1;
}

function stateIn(key: Uint8Array, at: number): SourceState | undefined {
  return STATES[(key[at] ?? 0) - 1];
}
