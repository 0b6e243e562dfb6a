/** An exemption: assessed by a doctor, for some vaccines or all, and never for long. */
import { isCalendarDate } from '../calendar.ts';
import type { FieldProblem } from '../problem.ts';
import type { ExemptionRecord } from '../record.ts';
import { MAX_EXEMPTION_DAYS, lastDayOf } from '../validity.ts';
import {
  codeListProblems,
  codeProblems,
  dayProblems,
  orderProblems,
  pastDayProblems,
  problem,
  type Now,
} from './problems.ts';
import type { Sound } from './sound.ts';

export function exemptionProblems(facts: Sound<ExemptionRecord>, now: Now): readonly FieldProblem[] {
  const { disease, scope, reason, assessedOn, validUntil, subject } = facts;
  return [
    ...pastDayProblems('assessedOn', assessedOn, subject?.dob, now),
    ...dayProblems('validUntil', validUntil),
    ...orderProblems('validUntil', validUntil, 'assessedOn', assessedOn),
    ...windowProblems(facts),
    ...codeProblems('disease', disease),
    ...codeListProblems('scope', scope),
    ...codeProblems('reason', reason),
  ];
}

function windowProblems({ assessedOn, validUntil }: Sound<ExemptionRecord>): readonly FieldProblem[] {
  if (assessedOn === undefined || validUntil === undefined || !isCalendarDate(assessedOn)) return [];
  const reason = `lies more than ${MAX_EXEMPTION_DAYS} days after assessedOn`;
  return validUntil > lastDayOf(assessedOn, MAX_EXEMPTION_DAYS)
    ? [problem('validUntil', 'RECORD_VALIDITY_TOO_LONG', reason)]
    : [];
}
