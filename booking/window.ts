/** When a date of travel may be booked. */
import { dayAt, startOfDay, toDate, toDay } from '../core/policy/civil-day.ts';
import { ZONE_OFFSET_SECONDS, type Programme, type WeekTime, type WindowRow } from './programme.ts';

/** Unix seconds; `closesAt` itself is outside. */
export interface Window {
  readonly opensAt: number;
  readonly closesAt: number;
}

/**
 * When `date` may be booked, by the row that holds now: each date belongs to one opening, the last that lies at least
 * `firstDay` days before it. `undefined` before the first row.
 */
export function windowOf(programme: Programme, date: string, nowSeconds: number): Window | undefined {
  const row = rowAt(programme, toDate(today(nowSeconds)));
  if (row === undefined) return undefined;
  const travel = toDay(date);
  const latest = travel - row.firstDay;
  const opening = latest - modulo(weekdayOf(latest) - row.opens.weekday);
  const closesAt =
    row.closes === undefined ? startOf(travel + 1) : closingAfter(opening, row.opens, row.closes);
  return { opensAt: momentOf(opening, row.opens), closesAt: Math.min(closesAt, startOf(travel + 1)) };
}

export function isOpen({ opensAt, closesAt }: Window, nowSeconds: number): boolean {
  return opensAt <= nowSeconds && nowSeconds < closesAt;
}

/** The day that it is here. */
export function today(nowSeconds: number): number {
  return dayAt(nowSeconds, ZONE_OFFSET_SECONDS);
}

/** The first second of a day here. */
export function startOf(day: number): number {
  return startOfDay(day, ZONE_OFFSET_SECONDS);
}

function rowAt({ windows }: Programme, date: string): WindowRow | undefined {
  return windows
    .filter(({ from }) => from <= date)
    .reduce<WindowRow | undefined>(
      (last, row) => (last === undefined || row.from > last.from ? row : last),
      undefined,
    );
}

function closingAfter(opening: number, opens: WeekTime, closes: WeekTime): number {
  const at = momentOf(opening + modulo(closes.weekday - opens.weekday), closes);
  return at > momentOf(opening, opens) ? at : momentOf(opening + 7, closes);
}

function momentOf(day: number, { time }: WeekTime): number {
  return startOf(day) + Number(time.slice(0, 2)) * 3600 + Number(time.slice(3)) * 60;
}

/** 1 = Monday: 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return modulo(day + 3) + 1;
}

function modulo(days: number): number {
  return ((days % 7) + 7) % 7;
}
