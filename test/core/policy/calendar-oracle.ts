/**
 * A naive calendar for tests: it counts one day after the other from 1 January 1900 and knows nothing but the
 * length of each month. No `Date`, no arithmetic on days.
 */

export interface OracleDay {
  readonly year: number;
  /** 1 … 12. */
  readonly month: number;
  readonly dayOfMonth: number;
}

const FIRST_YEAR = 1900;
const LAST_YEAR = 2100;
/** 1 January 1970 is the day 0. */
const DAYS_BEFORE_1970 = 25_567;

const CALENDAR: readonly OracleDay[] = writeCalendar();

/** The day `day` days after 1 January 1970. */
export function oracleDay(day: number): OracleDay {
  const found = CALENDAR[day + DAYS_BEFORE_1970];
  if (found === undefined) throw new RangeError('outside of the calendar');
  return found;
}

/** How many days after 1 January 1970 a date is, found by looking for it. */
export function oracleNumber({ year, month, dayOfMonth }: OracleDay): number {
  let low = 0;
  let high = CALENDAR.length;
  const key = year * 10_000 + month * 100 + dayOfMonth;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = CALENDAR[middle]!; // inside of the calendar
    if (at.year * 10_000 + at.month * 100 + at.dayOfMonth < key) low = middle + 1;
    else high = middle;
  }
  return low - DAYS_BEFORE_1970;
}

/** One month after the other; a day that the month does not have becomes its last. */
export function oracleMonthsLater({ year, month, dayOfMonth }: OracleDay, months: number): OracleDay {
  let y = year;
  let m = month;
  for (let i = 0; i < months; i++) {
    m++;
    if (m > 12) {
      m = 1;
      y++;
    }
  }
  return { year: y, month: m, dayOfMonth: Math.min(dayOfMonth, lengthOf(y, m)) };
}

/** Counts birthdays: 29 February is celebrated on `leap` in other years. */
export function oracleAge(birth: OracleDay, on: OracleDay, leap: '02-28' | '03-01'): number {
  let age = -1;
  for (let year = birth.year; year <= on.year; year++) {
    let { month, dayOfMonth } = birth;
    if (dayOfMonth > lengthOf(year, month)) {
      month = leap === '02-28' ? 2 : 3;
      dayOfMonth = leap === '02-28' ? 28 : 1;
    }
    const isReached =
      on.year > year || on.month > month || (on.month === month && on.dayOfMonth >= dayOfMonth);
    if (isReached) age++;
  }
  return age;
}

export function oracleText({ year, month, dayOfMonth }: OracleDay): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(dayOfMonth).padStart(2, '0')}`;
}

function writeCalendar(): readonly OracleDay[] {
  const days: OracleDay[] = [];
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    for (let month = 1; month <= 12; month++) {
      for (let dayOfMonth = 1; dayOfMonth <= lengthOf(year, month); dayOfMonth++) {
        days.push({ year, month, dayOfMonth });
      }
    }
  }
  return days;
}

/** Thirty days hath September, April, June and November … */
function lengthOf(year: number, month: number): number {
  if ([9, 4, 6, 11].includes(month)) return 30;
  if (month !== 2) return 31;
  if (year % 400 === 0) return 29;
  if (year % 100 === 0) return 28;
  return year % 4 === 0 ? 29 : 28;
}
