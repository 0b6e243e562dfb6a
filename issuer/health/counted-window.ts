/** Changes by hand within the last hour, in the order in which they came; counted as they come and go, not anew each time. */
import { toHex } from '../../core/bytes/hex.ts';

/** A change as it is counted. */
export interface Counted {
  /** Unix seconds. */
  readonly at: number;
  readonly key: Uint8Array;
  /** Keyed name of the two. */
  readonly pair: Uint8Array;
}

const HOUR_SECONDS = 3_600;
/** What is gone from the front is cut off when it is so much, and half of all: seldom, for what that costs. */
const CUT_OFF_AT = 1_024;

/** The last second that is over. */
export function lastOver(nowSeconds: number): number {
  return nowSeconds - HOUR_SECONDS;
}

export class CountedWindow {
  #all: Counted[] = [];
  /** Place of the first that is not gone. */
  #first = 0;
  readonly #byPair = new Map<string, number>();

  get size(): number {
    return this.#all.length - this.#first;
  }

  sizeOf(pair: Uint8Array): number {
    return this.#byPair.get(toHex(pair)) ?? 0;
  }

  /** From the front on: one that came before its time, as clocks are set, waits for those that came before it. */
  *over(nowSeconds: number): Generator<Counted> {
    for (let i = this.#first; i < this.#all.length; i++) {
      // Within its length.
      const one = this.#all[i]!;
      if (one.at > lastOver(nowSeconds)) return;
      yield one;
    }
  }

  add(change: Counted): void {
    this.#all.push(change);
    this.#add(change, 1);
  }

  /** Forgets what is {@link over}. */
  forget(nowSeconds: number): void {
    for (const one of this.over(nowSeconds)) {
      this.#first++;
      this.#add(one, -1);
    }
    if (this.#first < CUT_OFF_AT || this.#first * 2 < this.#all.length) return;
    this.#all = this.#all.slice(this.#first);
    this.#first = 0;
  }

  #add({ pair }: Counted, change: 1 | -1): void {
    const count = this.sizeOf(pair) + change;
    if (count === 0) this.#byPair.delete(toHex(pair));
    else this.#byPair.set(toHex(pair), count);
  }
}
