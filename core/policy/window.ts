/**
 * Counting, as policies name it: how long a fact counts, from which of its times, in which unit, and whether the
 * limit itself still counts.
 *
 *   { "of": "tests", "basis": "collectedAt", "against": "now",
 *     "closes": { "amount": 3, "unit": "calendarDays", "limit": "inclusive" } }
 *
 * reads: a test counts from the day it was collected to the end of the third day after. `opens` without `closes`
 * is "from … on", `closes` without `opens` "until …"; a window over an event that must have happened opens 0
 * after it. Hours are elapsed time. Calendar days and months are whole days at the policy's offset; months clamp
 * to the end of a shorter month.
 */
import { addMonths, dayAt, startOfDay, toDay } from './civil-day.ts';

export const WINDOW_UNITS = ['hours', 'calendarDays', 'months'] as const;
export type WindowUnit = (typeof WINDOW_UNITS)[number];

export interface Edge {
  readonly amount: number;
  readonly unit: WindowUnit;
}

export interface Limit extends Edge {
  /** `inclusive`: the last moment, or the whole last day, still counts. */
  readonly limit: 'inclusive' | 'exclusive';
}

export const WINDOW_SUBJECTS = [
  'vaccinations',
  'tests',
  'recoveries',
  'exemptions',
  'declarations',
  'stays',
  'trips',
  'statuses',
  'orders',
] as const;
export type WindowSubject = (typeof WINDOW_SUBJECTS)[number];

export interface Window {
  readonly of: WindowSubject;
  /** The member that time counts from: `collectedAt`, `reportedAt`, `date` … */
  readonly basis: string;
  /** What is compared: the moment of the check, or the planned departure (the moment of the check where that is not known). */
  readonly against: 'now' | 'departure';
  readonly opens?: Edge;
  readonly closes?: Limit;
}

/** A moment, or a day of which nobody says the hour. */
export type Basis = { readonly seconds: number } | { readonly day: number };

/** First moment inside and first moment outside, Unix seconds; times are exact to the millisecond. */
export interface Span {
  readonly fromSeconds: number;
  readonly untilSeconds: number;
}

const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_DAY = 86_400;
const MILLISECOND = 0.001;

export function spanOf({ opens, closes }: Window, basis: Basis, offsetSeconds: number): Span {
  return {
    fromSeconds: opens === undefined ? -Infinity : edgeAt(opens, basis, offsetSeconds, 0),
    untilSeconds: closes === undefined ? Infinity : closing(closes, basis, offsetSeconds),
  };
}

export function isInside({ fromSeconds, untilSeconds }: Span, seconds: number): boolean {
  return fromSeconds <= seconds && seconds < untilSeconds;
}

/** `2022-12-21` → a day, RFC 3339 → a moment; `undefined` for anything less precise. */
export function parseBasis(text: string): Basis | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return { day: toDay(text) };
  const milliseconds = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : { seconds: milliseconds / 1000 };
}

function closing(limit: Limit, basis: Basis, offsetSeconds: number): number {
  if (limit.limit === 'exclusive') return edgeAt(limit, basis, offsetSeconds, 0);
  return limit.unit === 'hours'
    ? edgeAt(limit, basis, offsetSeconds, 0) + MILLISECOND
    : edgeAt(limit, basis, offsetSeconds, 1);
}

/** @param moreDays whole days on top, where days are counted */
function edgeAt({ amount, unit }: Edge, basis: Basis, offsetSeconds: number, moreDays: number): number {
  const startDay = 'day' in basis ? basis.day : dayAt(basis.seconds, offsetSeconds);
  switch (unit) {
    case 'hours':
      return secondsOf(basis, offsetSeconds) + amount * SECONDS_PER_HOUR;
    case 'calendarDays':
      return startOfDay(startDay, offsetSeconds) + (amount + moreDays) * SECONDS_PER_DAY;
    case 'months':
      return startOfDay(addMonths(startDay, amount) + moreDays, offsetSeconds);
  }
}

/** Callers replace a day by its first and last moment before they count hours from it. */
function secondsOf(basis: Basis, offsetSeconds: number): number {
  return 'day' in basis ? startOfDay(basis.day, offsetSeconds) : basis.seconds;
}
