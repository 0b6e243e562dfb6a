/**
 * How many were checked, a day at a time: each outcome, and how many were compared with a document, which is all the
 * record there is of a check; and how many a log that is kept has no box of. Kept for 31 days.
 */
import { OUTCOMES, type Outcome } from '../../core/verify/reasons.ts';
import type { KeyValueStore } from '../shared/store/key-value.ts';
import { dayOf, firstKeptDay } from './days.ts';

export type Counts = Readonly<Record<Outcome | 'compared' | 'notLogged', number>>;

export const NO_COUNTS: Counts = { pass: 0, condition: 0, refer: 0, stop: 0, compared: 0, notLogged: 0 };
const PREFIX = 'counts/';

export class Counters {
  readonly #store: KeyValueStore;
  /** One change at a time: two checks in a blink are two. */
  #turn: Promise<Counts> = Promise.resolve(NO_COUNTS);
  /** Of the checks that were not logged, those that are not written down either: a disk that is full takes neither. */
  #unwritten = 0;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  async today(nowSeconds: number): Promise<Counts> {
    return this.#read(PREFIX + dayOf(nowSeconds));
  }

  add(
    outcome: Outcome,
    { isCompared, nowSeconds }: { readonly isCompared: boolean; readonly nowSeconds: number },
  ): Promise<Counts> {
    return this.#change(nowSeconds, (counts) => ({
      ...counts,
      [outcome]: counts[outcome] + 1,
      compared: counts.compared + (isCompared ? 1 : 0),
    }));
  }

  /** The log has no box of a check. */
  async addNotLogged(nowSeconds: number): Promise<void> {
    this.#unwritten++;
    await this.#change(nowSeconds, (counts) => counts);
  }

  /** On all days that are kept. Rejects where the store cannot be read. */
  async notLogged(): Promise<number> {
    const days = await Promise.all((await this.#store.keys(PREFIX)).map((key) => this.#read(key)));
    return days.reduce((sum, { notLogged }) => sum + notLogged, this.#unwritten);
  }

  async eraseOld(nowSeconds: number): Promise<void> {
    const keys = await this.#store.keys(PREFIX).catch(() => []);
    for (const key of keys) if (key < PREFIX + firstKeptDay(nowSeconds)) await this.#store.delete(key);
  }

  /** In its turn, and with what could not be written down before. */
  #change(nowSeconds: number, change: (counts: Counts) => Counts): Promise<Counts> {
    this.#turn = this.#turn.then(async () => {
      const changed = change(await this.today(nowSeconds));
      const unwritten = this.#unwritten;
      const more = { ...changed, notLogged: changed.notLogged + unwritten };
      await this.#store.put(PREFIX + dayOf(nowSeconds), more);
      // A store says nothing of a disk that is full.
      const { notLogged } = await this.today(nowSeconds);
      if (notLogged === more.notLogged) this.#unwritten -= unwritten;
      return more;
    });
    return this.#turn;
  }

  async #read(key: string): Promise<Counts> {
    return parse(await this.#store.get(key).catch(() => undefined));
  }
}

function parse(value: unknown): Counts {
  if (typeof value !== 'object' || value === null) return NO_COUNTS;
  const fields = new Map(Object.entries(value));
  const count = (name: string): number => {
    const number: unknown = fields.get(name);
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : 0;
  };
  const [pass = 0, condition = 0, refer = 0, stop = 0] = OUTCOMES.map(count);
  return { pass, condition, refer, stop, compared: count('compared'), notLogged: count('notLogged') };
}
