/** A record from elsewhere: who issued it there and who checked it here belong to what showed it. */
import type { FieldProblem } from '../problem.ts';
import type { OriginFacts } from '../record.ts';
import { codeProblems, problem } from './problems.ts';

const MISSING = 'is missing: a record from elsewhere says who issued it and who checked it';
const ALONE = 'is for records from elsewhere, which have an origin';

export function originProblems(facts: OriginFacts): readonly FieldProblem[] {
  const { origin, authority, checkedBy, originalId } = facts;
  if (origin === undefined) {
    const named = { authority, checkedBy, originalId };
    return Object.entries(named).flatMap(([field, value]) =>
      value === undefined ? [] : [problem(field, 'RECORD_FIELD_UNKNOWN', ALONE)],
    );
  }
  const needed = Object.entries({ authority, checkedBy }).flatMap(([field, value]) =>
    value === undefined ? [problem(field, 'RECORD_FIELD_MISSING', MISSING)] : [],
  );
  return [...codeProblems('origin', origin), ...needed];
}
