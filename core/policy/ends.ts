/**
 * The two ends of a time that is not written in full: `1980` is some day from `1980-01-01` to `1980-12-31`,
 * `2022-12-20T09:15+08:00` some moment of that minute, and a day alone, where hours are counted, some moment of
 * that day. A rule that answers differently for the two ends is not decided.
 */
import { isCalendarDate, isPartialDate } from '../record/calendar.ts';
import { addMonths, startOfDay, toDate, toDay } from './civil-day.ts';

const MINUTE = /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?=Z$|[+-](?:[01]\d|2[0-3]):[0-5]\d$)/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const LAST_MOMENT_OF_A_DAY = 86_399.999;

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
