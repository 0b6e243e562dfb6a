/**
 * Which sections of the ledger state a device holds, and how it knows that none of them was kept from it.
 *
 *   roots/long/…               all: 32-byte roots of what stays valid
 *   short/<day>/…              from `shortFrom` on: 20-byte roots of what soon ends
 *   status/…, trust/…          all
 *
 * Section names are sorted in the state's tree, so what is held lies in ranges of names, and what is not in the gaps
 * between them. A bundle hides leaves only between two names that it shows and that lie in the same gap: nothing
 * that is held can stand between them. Names in gaps that are shown for this alone are fences.
 */
import type { Cover } from './covered-leaves.ts';

/** First name of a range and first name after it; `0` follows `/`. */
interface NameRange {
  readonly from: string;
  readonly before: string;
}

const DAY_LENGTH = '2022-12-21'.length;
const SHORT = 'short/';

/** @param shortFrom first day whose short-lived roots are held, `2022-12-21` */
function rangesFrom(shortFrom: string): readonly NameRange[] {
  return [
    { from: 'roots/long/', before: 'roots/long0' },
    { from: `${SHORT}${shortFrom}`, before: 'short0' },
    { from: 'status/', before: 'status0' },
    { from: 'trust/', before: 'trust0' },
  ];
}

/** Names by gap: the number of ranges before them, or `held` for what lies in a range. */
type Place = number | 'held';

export class HeldNames {
  readonly #ranges: readonly NameRange[];

  constructor(shortFrom: string) {
    this.#ranges = rangesFrom(shortFrom);
  }

  isHeld(name: string): boolean {
    return this.#placeOf(name) === 'held';
  }

  /** Whether the leaf of `names[index]` is shown: it is held, or stands where a gap begins or ends. */
  isShown(names: readonly string[], index: number): boolean {
    const place = this.#placeAt(names, index);
    return (
      place === 'held' ||
      place !== this.#placeAt(names, index - 1) ||
      place !== this.#placeAt(names, index + 1)
    );
  }

  /** Whether nothing that is held can be among the leaves that the cover hides; `shown` are the names it shows. */
  isComplete(shown: readonly string[], { size, runs }: Cover): boolean {
    let at = 0;
    let leaf = 0;
    for (const { hide, show } of runs) {
      if (hide > 0 && !this.#isOneGap(shown, at)) return false;
      leaf += hide + show;
      at += show;
    }
    return leaf === size || this.#isOneGap(shown, at);
  }

  /** Whether what is shown before `shown[at]` and that itself lie in one gap. */
  #isOneGap(shown: readonly string[], at: number): boolean {
    const place = this.#placeAt(shown, at - 1);
    return place !== 'held' && place === this.#placeAt(shown, at);
  }

  /** Before the first name is the first gap, after the last name the last. */
  #placeAt(names: readonly string[], index: number): Place {
    if (index < 0) return 0;
    const name = names[index];
    return name === undefined ? this.#ranges.length : this.#placeOf(name);
  }

  #placeOf(name: string): Place {
    const gap = this.#ranges.filter(({ before }) => before <= name).length;
    const next = this.#ranges[gap];
    return next !== undefined && next.from <= name ? 'held' : gap;
  }
}

export function isShortSection(name: string): boolean {
  return name.startsWith(SHORT);
}

/** The day of a section `short/<day>/…`. */
export function dayOfShort(name: string): string {
  return name.slice(SHORT.length, SHORT.length + DAY_LENGTH);
}
