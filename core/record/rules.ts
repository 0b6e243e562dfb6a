/**
 * What the fields of a record must say together: dates that exist and follow each other, doses in order, a
 * document number with its check digit, codes of known systems. Each rule looks only at the fields it is given,
 * so that a record with one bad field is still checked in all others.
 */
import { isBeforeBirth, isCalendarDate, isPartialDate, toUnixSeconds, toUtcDate } from './calendar.ts';
import { isCountry } from './countries.ts';
import { documentIssuer, parseDocumentNumber } from './documents.ts';
import type { FieldProblem, RecordProblemCode } from './problem.ts';
import type { Code, Subject, TestRecord, VaccinationRecord } from './record.ts';
import { VALUE_SETS, type CodedFact } from './value-sets.ts';

/** The fields of a record of any kind that are well formed by themselves. */
export type SoundFacts = Partial<Omit<VaccinationRecord, 'type' | 'subject'>> &
  Partial<Omit<TestRecord, 'type' | 'subject'>> & { readonly subject?: Partial<Subject> };

/** A day has begun somewhere on Earth 14 hours before it begins at UTC. */
const EARLIEST_ZONE_SECONDS = 14 * 3600;
const CLOCK_SKEW_SECONDS = 300;
const MAX_AGE_YEARS = 130;

const CODED_FACTS = Object.keys(VALUE_SETS) as readonly CodedFact[]; // VALUE_SETS has exactly these keys.

export function ruleProblems(facts: SoundFacts, nowSeconds: number): readonly FieldProblem[] {
  // The latest day that has begun anywhere.
  const today = toUtcDate(nowSeconds + EARLIEST_ZONE_SECONDS);
  return [
    ...documentProblems(facts.subject ?? {}),
    ...birthProblems(facts.subject ?? {}, today),
    ...vaccinationDateProblems(facts, today),
    ...testTimeProblems(facts, nowSeconds),
    ...doseProblems(facts),
    ...CODED_FACTS.flatMap((fact) => codeProblems(fact, facts[fact])),
    ...countryProblems('country', facts.country),
    ...countryProblems('subject.docIssuer', facts.subject?.docIssuer),
  ];
}

function documentProblems({ docType, docNumber, docIssuer }: Partial<Subject>): readonly FieldProblem[] {
  if (docType === undefined) return [];
  const problems: FieldProblem[] = [];
  const parsed = docNumber === undefined ? undefined : parseDocumentNumber(docType, docNumber);
  if (parsed !== undefined && 'fault' in parsed) {
    problems.push(
      parsed.fault === 'format'
        ? problem('subject.docNumber', 'RECORD_DOCUMENT_FORMAT', `is not written like a number of ${docType}`)
        : problem(
            'subject.docNumber',
            'RECORD_DOCUMENT_CHECK_DIGIT',
            `has a wrong check digit for ${docType}`,
          ),
    );
  }
  const issuer = documentIssuer(docType);
  if (issuer !== undefined && docIssuer !== undefined && docIssuer !== issuer) {
    problems.push(problem('subject.docIssuer', 'RECORD_DOCUMENT_ISSUER', `must be ${issuer} for ${docType}`));
  }
  return problems;
}

function birthProblems({ dob }: Partial<Subject>, today: string): readonly FieldProblem[] {
  if (dob === undefined) return [];
  if (!isPartialDate(dob)) return [noSuchDay('subject.dob')];
  if (dob > today) return [inFuture('subject.dob')];
  const oldest = Number(today.slice(0, 4)) - MAX_AGE_YEARS;
  return Number(dob.slice(0, 4)) < oldest
    ? [problem('subject.dob', 'RECORD_DATE_TOO_OLD', `lies more than ${MAX_AGE_YEARS} years back`)]
    : [];
}

function vaccinationDateProblems({ date, subject }: SoundFacts, today: string): readonly FieldProblem[] {
  if (date === undefined) return [];
  if (!isCalendarDate(date)) return [noSuchDay('date')];
  return [...(date > today ? [inFuture('date')] : []), ...beforeBirthProblems('date', date, subject)];
}

function testTimeProblems(
  { collectedAt, reportedAt, subject }: SoundFacts,
  nowSeconds: number,
): readonly FieldProblem[] {
  const collected = collectedAt === undefined ? undefined : toUnixSeconds(collectedAt);
  const reported = reportedAt === undefined ? undefined : toUnixSeconds(reportedAt);
  const isReversed = collected !== undefined && reported !== undefined && reported < collected;
  return [
    ...momentProblems('collectedAt', collectedAt, nowSeconds),
    ...momentProblems('reportedAt', reportedAt, nowSeconds),
    ...(isReversed ? [problem('reportedAt', 'RECORD_DATE_ORDER', 'lies before collectedAt')] : []),
    ...(collectedAt === undefined
      ? []
      : beforeBirthProblems('collectedAt', collectedAt.slice(0, 10), subject)),
  ];
}

function momentProblems(
  field: string,
  text: string | undefined,
  nowSeconds: number,
): readonly FieldProblem[] {
  if (text === undefined) return [];
  const seconds = toUnixSeconds(text);
  if (seconds === undefined) return [problem(field, 'RECORD_DATE_INVALID', 'is a time that does not exist')];
  return seconds > nowSeconds + CLOCK_SKEW_SECONDS ? [inFuture(field)] : [];
}

function beforeBirthProblems(
  field: string,
  date: string,
  subject: Partial<Subject> = {},
): readonly FieldProblem[] {
  const { dob } = subject;
  return dob !== undefined && isBeforeBirth(date, dob)
    ? [problem(field, 'RECORD_DATE_BEFORE_BIRTH', 'lies before the birth date')]
    : [];
}

/** A booster raises the series: the third dose of two is written 3 of 3 (EU eHealth Network). */
function doseProblems({ doseNumber, seriesDoses }: SoundFacts): readonly FieldProblem[] {
  return doseNumber !== undefined && seriesDoses !== undefined && doseNumber > seriesDoses
    ? [problem('doseNumber', 'RECORD_DOSE_ORDER', 'is greater than seriesDoses; a booster is 3 of 3')]
    : [];
}

function codeProblems(fact: CodedFact, code: Code | undefined): readonly FieldProblem[] {
  if (code === undefined) return [];
  const { systems, closed, entries } = VALUE_SETS[fact];
  if (!systems.some((system) => code.startsWith(`${system}|`))) {
    return [problem(fact, 'RECORD_CODE_SYSTEM', `must be a code of ${systems.join(', ')}`)];
  }
  return closed && !entries.some((entry) => entry.code === code)
    ? [
        problem(
          fact,
          'RECORD_CODE_UNKNOWN',
          `must be one of ${entries.map((entry) => entry.code).join(', ')}`,
        ),
      ]
    : [];
}

function countryProblems(field: string, country: string | undefined): readonly FieldProblem[] {
  return country !== undefined && !isCountry(country)
    ? [problem(field, 'RECORD_COUNTRY_UNKNOWN', 'is no country code of ISO 3166-1')]
    : [];
}

function noSuchDay(field: string): FieldProblem {
  return problem(field, 'RECORD_DATE_INVALID', 'is a day that does not exist');
}

function inFuture(field: string): FieldProblem {
  return problem(field, 'RECORD_DATE_IN_FUTURE', 'lies in the future');
}

function problem(field: string, code: RecordProblemCode, reason: string): FieldProblem {
  return { field, code, reason };
}
