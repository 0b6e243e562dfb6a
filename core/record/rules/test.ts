/** A test: sampled after birth, reported after that, neither tomorrow. */
import { toUnixSeconds } from '../calendar.ts';
import type { FieldProblem } from '../problem.ts';
import type { TestRecord } from '../record.ts';
import { beforeBirthProblems, codeProblems, pastMomentProblems, problem, type Now } from './problems.ts';
import { originProblems } from './origin.ts';
import type { Sound } from './sound.ts';

export function testProblems(facts: Sound<TestRecord>, now: Now): readonly FieldProblem[] {
  const { disease, method, specimen, result, collectedAt, reportedAt, subject } = facts;
  const collected = collectedAt === undefined ? undefined : toUnixSeconds(collectedAt);
  const reported = reportedAt === undefined ? undefined : toUnixSeconds(reportedAt);
  const isReversed = collected !== undefined && reported !== undefined && reported < collected;
  return [
    ...pastMomentProblems('collectedAt', collectedAt, now),
    ...pastMomentProblems('reportedAt', reportedAt, now),
    ...(isReversed ? [problem('reportedAt', 'RECORD_DATE_ORDER', 'lies before collectedAt')] : []),
    ...beforeBirthProblems('collectedAt', collectedAt?.slice(0, 10), subject?.dob),
    ...codeProblems('disease', disease),
    ...codeProblems('method', method),
    ...codeProblems('specimen', specimen),
    ...codeProblems('result', result),
    ...originProblems(facts),
  ];
}
