/**
 * A time that is not written in full: `1980` is some day from `1980-01-01` to `1980-12-31`, `2022-12-20T09:15+08:00`
 * some moment of that minute, and a day alone, where hours are counted, some moment of that day. A rule that answers
 * differently for two of them is not decided; and since a window may be narrower than the doubt, the two ends alone
 * do not tell.
 */
import { isCalendarDate, isPartialDate } from '../record/calendar.ts';
import { addMonths, startOfDay, toDate, toDay } from './civil-day.ts';

const MINUTE = /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?=Z$|[+-](?:[01]\d|2[0-3]):[0-5]\d$)/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const LAST_MOMENT_OF_A_DAY = 86_399.999;
const MILLISECOND = 0.001;

/**
 * One text for a precise time, two for an imprecise one, none for what is no time at all.
 *
 * @param countsHours whether a day alone is too coarse
 */
export function endsOf(text: string, countsHours: boolean, offsetSeconds: number): readonly string[] {
  const days = endDays(text);
  if (days !== undefined) {
    const { first, last } = days;
    if (!countsHours) return first === last ? [toDate(first)] : [toDate(first), toDate(last)];
    return [
      toMoment(startOfDay(first, offsetSeconds)),
      toMoment(startOfDay(last, offsetSeconds) + LAST_MOMENT_OF_A_DAY),
    ];
  }
  const [head, date] = MINUTE.exec(text) ?? [];
  if (head !== undefined && date !== undefined) {
    if (!isCalendarDate(date)) return [];
    const zone = text.slice(head.length);
    return [`${head}:00${zone}`, `${head}:59.999${zone}`];
  }
  const day = MOMENT.exec(text)?.[1];
  return day !== undefined && isCalendarDate(day) ? [text] : [];
}

/** Where an answer can turn between two ends. */
export interface Turns {
  readonly days: readonly number[];
  /** Unix seconds; none where hours are not counted. */
  readonly moments: readonly number[];
}

/** {@link endsOf}, and between two ends the times around each turn. */
export function readingsOf(text: string, turns: Turns, offsetSeconds: number): readonly string[] {
  const countsHours = turns.moments.length > 0;
  const ends = endsOf(text, countsHours, offsetSeconds);
  const [first, last] = ends;
  if (first === undefined || last === undefined) return ends;
  if (!countsHours && endDays(text) !== undefined) {
    return [...ends, ...turns.days.filter((day) => toDay(first) < day && day < toDay(last)).map(toDate)];
  }
  const [start, end] = [Date.parse(first) / 1000, Date.parse(last) / 1000];
  const moments = [
    ...turns.days.flatMap((day) => {
      const midnight = startOfDay(day, offsetSeconds);
      return [midnight, midnight + LAST_MOMENT_OF_A_DAY];
    }),
    ...turns.moments.flatMap((turn) => [turn - MILLISECOND, turn, turn + MILLISECOND]),
  ].filter((moment) => start < moment && moment < end);
  return [...ends, ...moments.map(toMoment)];
}

export interface Days {
  readonly first: number;
  readonly last: number;
}

/** First and last day of a date that may lack day and month; `undefined` when `text` is no date. */
export function endDays(text: string): Days | undefined {
  if (!isPartialDate(text)) return undefined;
  const first = toDay(text + '0000-01-01'.slice(text.length));
  switch (text.length) {
    case 4:
      return { first, last: addMonths(first, 12) - 1 };
    case 7:
      return { first, last: addMonths(first, 1) - 1 };
    default:
      return { first, last: first };
  }
}

function toMoment(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
