/**
 * How many were checked, a day at a time: each outcome, and how many were compared with a document, which is all the
 * record there is of a check. Kept for 31 days.
 */
import { OUTCOMES, type Outcome } from '../../core/verify/reasons.ts';
import type { KeyValueStore } from '../shared/store/key-value.ts';
import { dayOf, firstKeptDay } from './days.ts';

export type Counts = Readonly<Record<Outcome | 'compared', number>>;

export const NO_COUNTS: Counts = { pass: 0, condition: 0, refer: 0, stop: 0, compared: 0 };
const PREFIX = 'counts/';

export class Counters {
  readonly #store: KeyValueStore;
  /** One change at a time: two checks in a blink are two. */
  #turn: Promise<Counts> = Promise.resolve(NO_COUNTS);

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  async today(nowSeconds: number): Promise<Counts> {
    return read(await this.#store.get(PREFIX + dayOf(nowSeconds)).catch(() => undefined));
  }

  add(
    outcome: Outcome,
    { isCompared, nowSeconds }: { readonly isCompared: boolean; readonly nowSeconds: number },
  ): Promise<Counts> {
    this.#turn = this.#turn.then(async () => {
      const counts = await this.today(nowSeconds);
      const compared = counts.compared + (isCompared ? 1 : 0);
      const more = { ...counts, [outcome]: counts[outcome] + 1, compared };
      await this.#store.put(PREFIX + dayOf(nowSeconds), more);
      return more;
    });
    return this.#turn;
  }

  async eraseOld(nowSeconds: number): Promise<void> {
    const keys = await this.#store.keys(PREFIX).catch(() => []);
    for (const key of keys) if (key < PREFIX + firstKeptDay(nowSeconds)) await this.#store.delete(key);
  }
}

function read(value: unknown): Counts {
  if (typeof value !== 'object' || value === null) return NO_COUNTS;
  const fields = new Map(Object.entries(value));
  const count = (name: string): number => {
    const number: unknown = fields.get(name);
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : 0;
  };
  const [pass = 0, condition = 0, refer = 0, stop = 0] = OUTCOMES.map(count);
  return { pass, condition, refer, stop, compared: count('compared') };
}
