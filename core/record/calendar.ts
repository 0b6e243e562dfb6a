/**
 * Calendar dates and moments as records write them: `YYYY-MM-DD`, dates that know only the year or the month,
 * and RFC 3339 date-times with offset. Proleptic Gregorian, no clock, no zone but the one that is written.
 */

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PARTIAL_DATE = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/;
/** RFC 3339 §5.6, upper case only, no leap second, at most milliseconds. */
const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether `text` is `YYYY-MM-DD` and that day exists. */
export function isCalendarDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  if (year === 0) return false;
  const days = month === 2 && isLeapYear(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

/** Whether `text` is `YYYY`, `YYYY-MM` or `YYYY-MM-DD` and exists. */
export function isPartialDate(text: string): boolean {
  return PARTIAL_DATE.test(text) && isCalendarDate(text + '0000-01-01'.slice(text.length));
}

/** Unix seconds, with milliseconds as a fraction; `undefined` unless `text` is RFC 3339 with offset. */
export function toUnixSeconds(text: string): number | undefined {
  const date = DATE_TIME.exec(text)?.[1];
  return date !== undefined && isCalendarDate(date) ? Date.parse(text) / 1000 : undefined;
}

/** The day in UTC: `YYYY-MM-DD`. */
export function toUtcDate(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 10);
}

/** Whether the day `date` lies before the birth `dob`, as far as an imprecise `dob` tells. */
export function isBeforeBirth(date: string, dob: string): boolean {
  return date.slice(0, dob.length) < dob;
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
