/**
 * Facts that are not written in full, told in every way they can be meant. A birth date `1980` gives one variant
 * for each age it allows that rules can tell apart, a missing one for every such age; `2022-12` or a moment without seconds one for each way in which
 * the windows can count it; a time that is not there every way. Rules are asked about each variant, and what they
 * answer differently is not decided.
 */
import type { JsonObject } from '../bytes/strict-json.ts';
import { agesToTry } from './age-limits.ts';
import { ageOn, birthdayOf, dayAt, startOfDay } from './civil-day.ts';
import { Clock, Counting } from './counting.ts';
import { endDays } from './ends.ts';
import { listFacts, type Facts } from './facts.ts';
import type { Policy } from './policy.ts';
import { WINDOW_SUBJECTS } from './window.ts';

/** More is too vague to decide. */
export const MAX_VARIANTS = 256;
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

function personsOf(policy: Policy, { person }: Facts, clock: Clock): readonly JsonObject[] {
  const { dob, sex } = person;
  const known = sex === undefined ? {} : { sex };
  const { ages, leapDayBirthday, offsetSeconds } = policy;
  if (ages === undefined) return [known];
  const today = dayAt(clock.nowSeconds, offsetSeconds);
  const birth = dob === undefined ? undefined : endDays(dob);
  const youngest = birth === undefined ? 0 : Math.max(0, ageOn(today, birth.last, leapDayBirthday));
  const oldest =
    birth === undefined ? OLDEST : Math.max(youngest, ageOn(today, birth.first, leapDayBirthday));
  for (const day of birth === undefined ? [] : [birth.first, birth.last]) {
    const next = birthdayOf(day, ageOn(today, day, leapDayBirthday) + 1, leapDayBirthday);
    clock.willChangeAt(startOfDay(next, offsetSeconds));
  }
  return agesToTry(ages, youngest, oldest).map((ageYears) => ({ ...known, ageYears }));
}
