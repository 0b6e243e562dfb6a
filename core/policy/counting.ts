/** A policy's windows over the records of one kind: which of them each record is inside of, in every way to read it. */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { addMonths, dayAt } from './civil-day.ts';
import { readingsOf, type Turns } from './ends.ts';
import { memberOf } from './facts.ts';
import type { Policy } from './policy.ts';
import { isInside, parseBasis, spanOf, type Window, type WindowSubject } from './window.ts';

const SECONDS_PER_HOUR = 3600;
const MARGIN = [-4, -3, -2, -1, 0, 1, 2, 3, 4];

/** Now, and the next time at which something that was looked at changes. */
export class Clock {
  readonly nowSeconds: number;
  changesAtSeconds: number = Infinity;

  constructor(nowSeconds: number) {
    this.nowSeconds = nowSeconds;
  }

  willChangeAt(seconds: number): void {
    if (seconds > this.nowSeconds) this.changesAtSeconds = Math.min(this.changesAtSeconds, seconds);
  }
}

interface NamedWindow {
  readonly name: string;
  readonly window: Window;
}

interface Answer {
  readonly name: string;
  readonly inside: boolean;
}

/** The windows of a policy over one list of records. */
export class Counting {
  readonly #policy: Policy;
  readonly #clock: Clock;
  /** NaN: it is said, but not in a form that can be read. */
  readonly #departureSeconds: number;
  /** By the member that they count from. */
  readonly #windows = new Map<string, NamedWindow[]>();

  constructor(policy: Policy, subject: WindowSubject, trip: JsonObject, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
    const departure = memberOf(trip, 'departureAt');
    this.#departureSeconds = departure === undefined ? clock.nowSeconds : momentOf(departure);
    for (const [name, window] of policy.windows) {
      if (window.of !== subject) continue;
      const same = this.#windows.get(window.basis) ?? [];
      this.#windows.set(window.basis, [...same, { name, window }]);
    }
  }

  /** The record with `in`, once for each way to read its times. */
  readingsOf(record: JsonObject): readonly JsonObject[] {
    // What the record itself may say under this name is not ours.
    let readings: readonly JsonObject[] = this.#windows.size === 0 ? [record] : [{ ...record, in: {} }];
    for (const [basis, windows] of this.#windows) {
      readings = readings.flatMap((reading) => this.#readBasis(reading, basis, windows));
    }
    return readings;
  }

  #readBasis(record: JsonObject, basis: string, windows: readonly NamedWindow[]): readonly JsonObject[] {
    const text = memberOf(record, basis);
    const readings = typeof text === 'string' ? this.#readingsOf(text, windows) : [];
    const isDepartureUnknown = windows.some(({ window }) => Number.isNaN(this.#comparedWith(window.against)));
    if (readings.length === 0 || isDepartureUnknown)
      return everyAnswer(windows).map((answers) => withWindows(record, answers));
    const told = new Map<string, JsonObject>();
    for (const reading of readings) {
      const answers = windows.map(({ name, window }) => ({ name, inside: this.#isInside(window, reading) }));
      const key = answers.map(({ inside }) => (inside ? '1' : '0')).join('');
      // Two readings that count alike are one.
      if (!told.has(key)) told.set(key, { ...withWindows(record, answers), [basis]: reading });
    }
    return [...told.values()];
  }

  #readingsOf(text: string, windows: readonly NamedWindow[]): readonly string[] {
    const turns = windows.map(({ window }) => this.#turnsOf(window));
    return readingsOf(
      text,
      { days: turns.flatMap(({ days }) => days), moments: turns.flatMap(({ moments }) => moments) },
      this.#policy.offsetSeconds,
    );
  }

  /** The times from which the window would open or close just now, with a margin for months of unequal length. */
  #turnsOf({ against, closes, opens }: Window): Turns {
    const compared = this.#comparedWith(against);
    const today = dayAt(compared, this.#policy.offsetSeconds);
    const edges = [opens, closes].filter((edge) => edge !== undefined);
    return {
      days: edges.flatMap(({ amount, unit }) => {
        if (unit === 'hours') return [];
        const middle = unit === 'months' ? addMonths(today, -amount) : today - amount;
        return MARGIN.map((days) => middle + days);
      }),
      moments: edges.flatMap(({ amount, unit }) =>
        unit === 'hours' ? [compared - amount * SECONDS_PER_HOUR] : [],
      ),
    };
  }

  #comparedWith(against: Window['against']): number {
    return against === 'now' ? this.#clock.nowSeconds : this.#departureSeconds;
  }

  #isInside(window: Window, reading: string): boolean {
    const basis = parseBasis(reading);
    // What `readingsOf` gives is a day or a moment.
    if (basis === undefined) return false;
    const span = spanOf(window, basis, this.#policy.offsetSeconds);
    const compared = this.#comparedWith(window.against);
    if (compared === this.#clock.nowSeconds) {
      this.#clock.willChangeAt(span.fromSeconds);
      this.#clock.willChangeAt(span.untilSeconds);
    }
    return isInside(span, compared);
  }
}

function momentOf(value: JsonValue): number {
  const basis = typeof value === 'string' ? parseBasis(value) : undefined;
  return basis !== undefined && 'seconds' in basis ? basis.seconds : Number.NaN;
}

/** Inside and outside, for each window by itself: 256 at most, see `window-form.ts`. */
function everyAnswer(windows: readonly NamedWindow[]): readonly (readonly Answer[])[] {
  return windows.reduce<readonly (readonly Answer[])[]>(
    (all, { name }) => all.flatMap((one) => [true, false].map((inside) => [...one, { name, inside }])),
    [[]],
  );
}

function withWindows(record: JsonObject, answers: readonly Answer[]): JsonObject {
  const earlier = memberOf(record, 'in');
  const added = Object.fromEntries(answers.map(({ name, inside }) => [name, inside]));
  return { ...record, in: { ...(isJsonObject(earlier) ? earlier : {}), ...added } };
}
