/** Problems that more than one kind of record can have. */
import { isBeforeBirth, isCalendarDate, toUnixSeconds } from '../calendar.ts';
import { isCountry } from '../countries.ts';
import type { FieldProblem, RecordProblemCode } from '../problem.ts';
import type { Code } from '../record.ts';
import { VALUE_SETS, type CodedFact } from '../value-sets.ts';

/** When a record is looked at. */
export interface Now {
  /** Unix seconds. */
  readonly seconds: number;
  /** The latest day that has begun anywhere on Earth. */
  readonly today: string;
}

const CLOCK_SKEW_SECONDS = 300;

/** A day on which something has happened: it exists, it has begun, the person was born. */
export function pastDayProblems(
  field: string,
  day: string | undefined,
  dob: string | undefined,
  { today }: Now,
): readonly FieldProblem[] {
  if (day === undefined) return [];
  if (!isCalendarDate(day)) return [noSuchDay(field)];
  return [...(day > today ? [inFuture(field)] : []), ...beforeBirthProblems(field, day, dob)];
}

/** A day that may lie in the future. */
export function dayProblems(field: string, day: string | undefined): readonly FieldProblem[] {
  return day === undefined || isCalendarDate(day) ? [] : [noSuchDay(field)];
}

/** A time at which something has happened. */
export function pastMomentProblems(
  field: string,
  text: string | undefined,
  now: Now,
): readonly FieldProblem[] {
  const seconds = text === undefined ? undefined : toUnixSeconds(text);
  if (seconds !== undefined && seconds > now.seconds + CLOCK_SKEW_SECONDS) return [inFuture(field)];
  return momentProblems(field, text);
}

/** A time that may lie in the future. */
export function momentProblems(field: string, text: string | undefined): readonly FieldProblem[] {
  return text === undefined || toUnixSeconds(text) !== undefined
    ? []
    : [problem(field, 'RECORD_DATE_INVALID', 'is a time that does not exist')];
}

export function beforeBirthProblems(
  field: string,
  day: string | undefined,
  dob: string | undefined,
): readonly FieldProblem[] {
  return day !== undefined && dob !== undefined && isBeforeBirth(day, dob)
    ? [problem(field, 'RECORD_DATE_BEFORE_BIRTH', 'lies before the birth date')]
    : [];
}

/** `later` before `earlier`, where both are days or both are times of the same spelling. */
export function orderProblems(
  field: string,
  later: string | undefined,
  earlierField: string,
  earlier: string | undefined,
): readonly FieldProblem[] {
  return later !== undefined && earlier !== undefined && later < earlier
    ? [problem(field, 'RECORD_DATE_ORDER', `lies before ${earlierField}`)]
    : [];
}

export function codeProblems(
  fact: CodedFact,
  code: Code | undefined,
  field: string = fact,
): readonly FieldProblem[] {
  if (code === undefined) return [];
  const { systems, closed, entries } = VALUE_SETS[fact];
  if (!systems.some((system) => code.startsWith(`${system}|`))) {
    return [problem(field, 'RECORD_CODE_SYSTEM', `must be a code of ${systems.join(', ')}`)];
  }
  if (!closed || entries.some((entry) => entry.code === code)) return [];
  const known = entries.map((entry) => entry.code).join(', ');
  return [problem(field, 'RECORD_CODE_UNKNOWN', `must be one of ${known}`)];
}

export function codeListProblems(
  fact: CodedFact,
  codes: readonly Code[] | undefined,
): readonly FieldProblem[] {
  return (codes ?? []).flatMap((code, index) => codeProblems(fact, code, `${fact}.${index}`));
}

export function countryProblems(field: string, country: string | undefined): readonly FieldProblem[] {
  return country !== undefined && !isCountry(country)
    ? [problem(field, 'RECORD_COUNTRY_UNKNOWN', 'is no country code of ISO 3166-1')]
    : [];
}

export function noSuchDay(field: string): FieldProblem {
  return problem(field, 'RECORD_DATE_INVALID', 'is a day that does not exist');
}

export function inFuture(field: string): FieldProblem {
  return problem(field, 'RECORD_DATE_IN_FUTURE', 'lies in the future');
}

export function problem(field: string, code: RecordProblemCode, reason: string): FieldProblem {
  return { field, code, reason };
}
