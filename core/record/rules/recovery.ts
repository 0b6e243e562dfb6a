/** A recovery: positive, then recovered, and valid from then for as long as the place counts it. */
import { isCalendarDate } from '../calendar.ts';
import type { FieldProblem } from '../problem.ts';
import type { RecoveryRecord } from '../record.ts';
import { MAX_RECOVERY_DAYS, lastDayOf } from '../validity.ts';
import { codeProblems, dayProblems, orderProblems, pastDayProblems, problem, type Now } from './problems.ts';
import { originProblems } from './origin.ts';
import type { Sound } from './sound.ts';

export function recoveryProblems(facts: Sound<RecoveryRecord>, now: Now): readonly FieldProblem[] {
  const { disease, basis, evidence, firstPositiveOn, recoveredOn, validFrom, validUntil, subject } = facts;
  const lacksEvidence = basis === 'hcl|non-local' && evidence === undefined;
  return [
    ...pastDayProblems('firstPositiveOn', firstPositiveOn, subject?.dob, now),
    ...pastDayProblems('recoveredOn', recoveredOn, subject?.dob, now),
    ...orderProblems('recoveredOn', recoveredOn, 'firstPositiveOn', firstPositiveOn),
    ...dayProblems('validFrom', validFrom),
    ...orderProblems('validFrom', validFrom, 'firstPositiveOn', firstPositiveOn),
    ...dayProblems('validUntil', validUntil),
    ...windowProblems(facts),
    ...codeProblems('disease', disease),
    ...codeProblems('basis', basis),
    ...originProblems(facts),
    ...(lacksEvidence
      ? [problem('evidence', 'RECORD_FIELD_MISSING', 'is missing: a non-local basis names the document')]
      : []),
  ];
}

/** 180 days from recovery in Hong Kong, at most as many from the positive test in the EU. */
function windowProblems(facts: Sound<RecoveryRecord>): readonly FieldProblem[] {
  const { firstPositiveOn, recoveredOn = firstPositiveOn, validFrom, validUntil } = facts;
  if (recoveredOn === undefined || !isCalendarDate(recoveredOn)) return [];
  const last = lastDayOf(recoveredOn, MAX_RECOVERY_DAYS);
  if (validUntil !== undefined && validUntil > last) {
    const reason = `lies more than ${MAX_RECOVERY_DAYS} days after recovery`;
    return [problem('validUntil', 'RECORD_VALIDITY_TOO_LONG', reason)];
  }
  const end = validUntil ?? last;
  if (validFrom !== undefined && validFrom > end) {
    return [problem('validFrom', 'RECORD_DATE_ORDER', 'lies after the last day')];
  }
  return orderProblems('validUntil', validUntil, 'recovery', recoveredOn);
}
