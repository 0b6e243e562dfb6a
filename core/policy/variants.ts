/**
 * Facts that are not written in full, told in every way they can be meant. A birth date `1980` gives one variant
 * for each age it allows, a missing one every age; `2022-12` or a moment without seconds gives its two ends; a
 * time that a window counts from and that is not there gives "inside" and "outside". Rules are asked about each
 * variant, and what they answer differently is not decided.
 */
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { ageOn, birthdayOf, dayAt, startOfDay } from './civil-day.ts';
import { endDays, endsOf } from './ends.ts';
import { listFacts, memberOf, type Facts } from './facts.ts';
import type { Policy } from './policy.ts';
import { isInside, parseBasis, spanOf, WINDOW_SUBJECTS, type Window, type WindowSubject } from './window.ts';

/** More is too vague to decide. */
export const MAX_VARIANTS = 1024;
const OLDEST = 130;

export interface Variants {
  /** What rules see, once for each reading of the facts; `undefined`: more than {@link MAX_VARIANTS}. */
  readonly data: readonly JsonObject[] | undefined;
  /** When the first of them reads differently, Unix seconds. */
  readonly changesAtSeconds: number;
}

export function readVariants(policy: Policy, facts: Facts, nowSeconds: number): Variants {
  const clock = new Clock(nowSeconds);
  const lists = listFacts(facts);
  let payloads: readonly JsonObject[] = personsOf(policy, facts, clock).map((person) => ({ person }));
  for (const subject of WINDOW_SUBJECTS) {
    const counted = new Counting(policy, subject, facts.trip, clock);
    let choices: readonly (readonly JsonObject[])[] = [[]];
    for (const record of lists[subject]) {
      const readings = counted.readingsOf(record);
      if (choices.length * readings.length * payloads.length > MAX_VARIANTS) return tooMany(clock);
      choices = choices.flatMap((list) => readings.map((reading) => [...list, reading]));
    }
    payloads = payloads.flatMap((payload) => choices.map((list) => ({ ...payload, [subject]: list })));
  }
  const external = {
    validationClock: new Date(nowSeconds * 1000).toISOString(),
    trip: facts.trip,
    valueSets: policy.valueSets,
  };
  return {
    data: payloads.map((payload) => ({ payload, external })),
    changesAtSeconds: clock.changesAtSeconds,
  };
}

function tooMany({ changesAtSeconds }: Clock): Variants {
  return { data: undefined, changesAtSeconds };
}

/** Now, and the next time at which something that was looked at changes. */
class Clock {
  readonly nowSeconds: number;
  changesAtSeconds = Infinity;

  constructor(nowSeconds: number) {
    this.nowSeconds = nowSeconds;
  }

  willChangeAt(seconds: number): void {
    if (seconds > this.nowSeconds) this.changesAtSeconds = Math.min(this.changesAtSeconds, seconds);
  }
}

function personsOf(policy: Policy, { person }: Facts, clock: Clock): readonly JsonObject[] {
  const { dob, sex } = person;
  const known = sex === undefined ? {} : { sex };
  if (!policy.usesAge) return [known];
  const { leapDayBirthday, offsetSeconds } = policy;
  const today = dayAt(clock.nowSeconds, offsetSeconds);
  const birth = dob === undefined ? undefined : endDays(dob);
  const youngest = birth === undefined ? 0 : Math.max(0, ageOn(today, birth.last, leapDayBirthday));
  const oldest =
    birth === undefined ? OLDEST : Math.max(youngest, ageOn(today, birth.first, leapDayBirthday));
  for (const day of birth === undefined ? [] : [birth.first, birth.last]) {
    const next = birthdayOf(day, ageOn(today, day, leapDayBirthday) + 1, leapDayBirthday);
    clock.willChangeAt(startOfDay(next, offsetSeconds));
  }
  return Array.from({ length: oldest - youngest + 1 }, (_, i) => ({ ...known, ageYears: youngest + i }));
}

interface NamedWindow {
  readonly name: string;
  readonly window: Window;
}

/** The windows of a policy over one list of records. */
class Counting {
  readonly #policy: Policy;
  readonly #clock: Clock;
  /** Absent: not known, so it is now. */
  readonly #departure: string | undefined;
  /** By the member that they count from. */
  readonly #windows = new Map<string, NamedWindow[]>();

  constructor(policy: Policy, subject: WindowSubject, trip: JsonObject, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
    const departure = memberOf(trip, 'departureAt');
    this.#departure = typeof departure === 'string' ? departure : undefined;
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
    const countsHours = windows.some(
      ({ window }) => window.opens?.unit === 'hours' || window.closes?.unit === 'hours',
    );
    const ends = typeof text === 'string' ? endsOf(text, countsHours, this.#policy.offsetSeconds) : [];
    if (ends.length === 0) {
      return [true, false].map((inside) =>
        withWindows(
          record,
          windows.map(({ name }) => ({ name, inside })),
        ),
      );
    }
    return ends.map((end) => {
      const inside = windows.map(({ name, window }) => ({ name, inside: this.#isInside(window, end) }));
      return { ...withWindows(record, inside), [basis]: end };
    });
  }

  #isInside(window: Window, end: string): boolean {
    const basis = parseBasis(end);
    // What `endsOf` gives is a day or a moment.
    if (basis === undefined) return false;
    const span = spanOf(window, basis, this.#policy.offsetSeconds);
    if (window.against === 'departure' && this.#departure !== undefined) {
      return isInside(span, Date.parse(this.#departure) / 1000);
    }
    this.#clock.willChangeAt(span.fromSeconds);
    this.#clock.willChangeAt(span.untilSeconds);
    return isInside(span, this.#clock.nowSeconds);
  }
}

function withWindows(
  record: JsonObject,
  answers: readonly { readonly name: string; readonly inside: boolean }[],
): JsonObject {
  const earlier = memberOf(record, 'in');
  const added = Object.fromEntries(answers.map(({ name, inside }) => [name, inside]));
  return { ...record, in: { ...(isJsonObject(earlier) ? earlier : {}), ...added } };
}
