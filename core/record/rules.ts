/**
 * What the fields of a record must say together: dates that exist and follow each other, doses in order, a
 * document number with its check digit, codes of known systems. Each rule looks only at the fields it is given,
 * so that a record with one bad field is still checked in all others.
 */
import { toUtcDate } from './calendar.ts';
import type { FieldProblem } from './problem.ts';
import type { HealthRecord, Subject } from './record.ts';
import { declarationProblems } from './rules/declaration.ts';
import { exemptionProblems } from './rules/exemption.ts';
import { countryProblems, type Now } from './rules/problems.ts';
import { recoveryProblems } from './rules/recovery.ts';
import type { Sound } from './rules/sound.ts';
import { subjectProblems } from './rules/subject.ts';
import { testProblems } from './rules/test.ts';
import { vaccinationProblems } from './rules/vaccination.ts';

/** The fields of a record, of any kind, that are well formed by themselves. */
export type SoundFacts = Omit<Sound<HealthRecord>, 'country'> & { readonly country?: string };

/** A day has begun somewhere on Earth 14 hours before it begins at UTC. */
const EARLIEST_ZONE_SECONDS = 14 * 3600;

const RULES: {
  readonly [Type in HealthRecord['type']]: (
    facts: Sound<Extract<HealthRecord, { readonly type: Type }>>,
    now: Now,
  ) => readonly FieldProblem[];
} = {
  vaccination: vaccinationProblems,
  test: testProblems,
  recovery: recoveryProblems,
  exemption: exemptionProblems,
  declaration: declarationProblems,
};

export function ruleProblems(
  type: HealthRecord['type'],
  facts: SoundFacts,
  nowSeconds: number,
): readonly FieldProblem[] {
  return [
    ...identityProblems(facts.subject ?? {}, nowSeconds),
    ...RULES[type](facts, nowAt(nowSeconds)),
    ...countryProblems('country', facts.country),
  ];
}

/** Of the person alone. */
export function identityProblems(subject: Partial<Subject>, nowSeconds: number): readonly FieldProblem[] {
  return subjectProblems(subject, nowAt(nowSeconds));
}

function nowAt(nowSeconds: number): Now {
  return { seconds: nowSeconds, today: toUtcDate(nowSeconds + EARLIEST_ZONE_SECONDS) };
}
