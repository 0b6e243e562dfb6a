/** Facts from FHIR → a record by the record's own rules, its problems told in FHIR's words. */
import type { HealthRecord } from '../../core/record/record.ts';
import type { PlainObject } from '../../core/record/structure.ts';
import { validateRecord } from '../../core/record/validate.ts';
import { completeFacts } from './complete.ts';
import type { FhirFact } from './fhir-mapping.ts';
import type { IntakeOptions, IntakeProblem } from './row.ts';

type RecordOutcome = { readonly record: HealthRecord } | { readonly problems: readonly IntakeProblem[] };

const OF_SUBJECT = 'subject.';

export function recordFromFacts(
  type: HealthRecord['type'],
  facts: readonly FhirFact[],
  options: IntakeOptions,
): RecordOutcome {
  const paths = new Map(facts.flatMap((fact) => ('path' in fact ? [[fact.field, fact.path]] : [])));
  const problems = facts.flatMap((fact) => ('problem' in fact ? [fact.problem] : []));
  const result = validateRecord(completeFacts(toCandidate(type, facts), options.country), options);
  if ('record' in result) return problems.length === 0 ? result : { problems };
  const explained = facts.flatMap((fact) => ('fields' in fact ? fact.fields : []));
  const others = result.problems.filter(({ field }) => !explained.some((known) => isWithin(field, known)));
  return {
    problems: [
      ...problems,
      ...others.map((problem) => ({ ...problem, field: paths.get(problem.field) ?? problem.field })),
    ],
  };
}

function toCandidate(type: HealthRecord['type'], facts: readonly FhirFact[]): PlainObject {
  const members = facts.flatMap((fact) => ('value' in fact && fact.value !== undefined ? [fact] : []));
  const isOfSubject = ({ field }: { readonly field: string }): boolean => field.startsWith(OF_SUBJECT);
  return {
    type,
    ...Object.fromEntries(
      members.filter((fact) => !isOfSubject(fact)).map(({ field, value }) => [field, value]),
    ),
    subject: Object.fromEntries(
      members.filter(isOfSubject).map(({ field, value }) => [field.slice(OF_SUBJECT.length), value]),
    ),
  };
}

/** Whether `field` is `known` or a member of it. */
function isWithin(field: string, known: string): boolean {
  return field === known || field.startsWith(`${known}.`);
}
