/**
 * Calendar arithmetic of policies. A day is a whole number: days since 1970-01-01, proleptic Gregorian. Which day
 * it is depends on where: policies name a fixed offset (all of Hong Kong, Guangdong and Macao keep UTC+8 all
 * year), and facts carry their own, so daylight saving elsewhere is already in what they say.
 */

const SECONDS_PER_DAY = 86_400;
const MILLISECONDS_PER_DAY = 86_400_000;

/** `2022-12-21` → 19347. @param date exists */
export function toDay(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / MILLISECONDS_PER_DAY;
}

/** 19347 → `2022-12-21`. */
export function toDate(day: number): string {
  return new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);
}

/** The day that it is at a moment, where clocks are `offsetSeconds` ahead of UTC. */
export function dayAt(unixSeconds: number, offsetSeconds: number): number {
  return Math.floor((unixSeconds + offsetSeconds) / SECONDS_PER_DAY);
}

/** The first second of a day there, Unix seconds. */
export function startOfDay(day: number, offsetSeconds: number): number {
  return day * SECONDS_PER_DAY - offsetSeconds;
}

/** The same day of the month, `months` later; the last day of a month that is too short: 31 August + 6 = 28 February. */
export function addMonths(day: number, months: number): number {
  const { year, month, dayOfMonth } = civilOf(day);
  const lastOfMonth = fromCivil({ year, month: month + months + 1, dayOfMonth: 0 });
  return Math.min(fromCivil({ year, month: month + months, dayOfMonth: 1 }) + dayOfMonth - 1, lastOfMonth);
}

/** When somebody born on 29 February has their birthday in other years. */
export type LeapDayBirthday = '02-28' | '03-01';

/** Whole years since the day of birth; negative before it. */
export function ageOn(day: number, birth: number, leapDayBirthday: LeapDayBirthday): number {
  const years = civilOf(day).year - civilOf(birth).year;
  return birthdayOf(birth, years, leapDayBirthday) <= day ? years : years - 1;
}

/** The day on which somebody becomes `years` old. */
export function birthdayOf(birth: number, years: number, leapDayBirthday: LeapDayBirthday): number {
  const day = addMonths(birth, years * 12);
  const isMoved = civilOf(birth).dayOfMonth === 29 && civilOf(day).dayOfMonth === 28;
  return isMoved && leapDayBirthday === '03-01' ? day + 1 : day;
}

/** `+08:00` → 28800; `undefined` when it is no offset. */
export function parseOffset(text: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

interface Civil {
  readonly year: number;
  /** From 0; more than 11 counts on into the next years. */
  readonly month: number;
  /** 0 is the last day of the month before. */
  readonly dayOfMonth: number;
}

function civilOf(day: number): Civil {
  const date = new Date(day * MILLISECONDS_PER_DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), dayOfMonth: date.getUTCDate() };
}

/** Not `Date.UTC`, which takes the year 50 for 1950. */
function fromCivil({ year, month, dayOfMonth }: Civil): number {
  return new Date(0).setUTCFullYear(year, month, dayOfMonth) / MILLISECONDS_PER_DAY;
}
