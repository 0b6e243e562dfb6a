/**
 * How many were checked, a day at a time: each outcome, and how many were compared with a document, which is all the
 * record there is of a check; and how many a log that is kept has no box of. Kept for 31 days.
 */
import type { Outcome } from '../../core/verify/reasons.ts';
import type { KeyValueStore } from '../shared/store/key-value.ts';
import type { Lock } from '../shared/store/lock.ts';
import { dayOf, firstKeptDay } from './days.ts';

export type Counts = Readonly<Record<Outcome | 'compared' | 'notLogged', number>>;

export const NO_COUNTS: Counts = { pass: 0, condition: 0, refer: 0, stop: 0, compared: 0, notLogged: 0 };
const PREFIX = 'counts/';

export class Counters {
  readonly #store: KeyValueStore;
  readonly #lock: Lock;
  /** What is not written down yet, for the day on which it can be: a disk may be full, or not to be read. */
  #unwritten = NO_COUNTS;

  /** @param lock of all who share `store`: two checks in a blink are two */
  constructor(store: KeyValueStore, lock: Lock) {
    this.#store = store;
    this.#lock = lock;
  }

  /** Rejects where the store cannot be read. */
  async today(nowSeconds: number): Promise<Counts> {
    return this.#read(PREFIX + dayOf(nowSeconds));
  }

  /** The day with it; `undefined`: it cannot be read now, and nothing is lost. */
  add(
    outcome: Outcome,
    { isCompared, nowSeconds }: { readonly isCompared: boolean; readonly nowSeconds: number },
  ): Promise<Counts | undefined> {
    return this.#add(nowSeconds, { ...NO_COUNTS, [outcome]: 1, compared: isCompared ? 1 : 0 });
  }

  /** The log has no box of a check. */
  async addNotLogged(nowSeconds: number): Promise<void> {
    await this.#add(nowSeconds, { ...NO_COUNTS, notLogged: 1 });
  }

  /** On all days that are kept. Rejects where the store cannot be read. */
  async notLogged(): Promise<number> {
    const days = await Promise.all((await this.#store.keys(PREFIX)).map((key) => this.#read(key)));
    return days.reduce((sum, { notLogged }) => sum + notLogged, this.#unwritten.notLogged);
  }

  async eraseOld(nowSeconds: number): Promise<void> {
    const keys = await this.#store.keys(PREFIX).catch(() => []);
    for (const key of keys) if (key < PREFIX + firstKeptDay(nowSeconds)) await this.#store.delete(key);
  }

  #add(nowSeconds: number, more: Counts): Promise<Counts | undefined> {
    this.#unwritten = combine(this.#unwritten, more, (a, b) => a + b);
    return this.#lock(() => this.#write(PREFIX + dayOf(nowSeconds))).catch(() => undefined);
  }

  /** With what could not be written down before. A day that cannot be read is not written over. */
  async #write(key: string): Promise<Counts> {
    const before = await this.#read(key);
    const unwritten = this.#unwritten;
    const counts = combine(before, unwritten, (a, b) => a + b);
    await this.#store.put(key, counts);
    // A store says nothing of a disk that is full. What cannot be read back is counted again: rather twice than never.
    const kept = await this.#read(key);
    if (isSame(kept, counts)) {
      this.#unwritten = combine(this.#unwritten, unwritten, (a, b) => a - b);
    }
    return counts;
  }

  async #read(key: string): Promise<Counts> {
    return parse(await this.#store.get(key));
  }
}

function isSame(a: Counts, b: Counts): boolean {
  return Object.values(combine(a, b, (x, y) => x - y)).every((difference) => difference === 0);
}

function combine(a: Counts, b: Counts, act: (a: number, b: number) => number): Counts {
  return toCounts((name) => act(a[name], b[name]));
}

function parse(value: unknown): Counts {
  if (typeof value !== 'object' || value === null) return NO_COUNTS;
  const fields = new Map(Object.entries(value));
  return toCounts((name) => {
    const number: unknown = fields.get(name);
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : 0;
  });
}

function toCounts(count: (name: keyof Counts) => number): Counts {
  return {
    pass: count('pass'),
    condition: count('condition'),
    refer: count('refer'),
    stop: count('stop'),
    compared: count('compared'),
    notLogged: count('notLogged'),
  };
}
