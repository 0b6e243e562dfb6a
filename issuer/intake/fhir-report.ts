/**
 * DiagnosticReport: what a laboratory says about its Observations as a whole. A report that does not stand yet, or no
 * longer, takes its Observations with it. Those it contains are read from it, and take from it what they leave out
 * (FHIR R4 §10.3: a report groups what its results share).
 */
import type { PlainObject } from '../../core/record/structure.ts';
import { listOf, member, resourceTypeOf, textOf } from './fhir-element.ts';
import { containedIn, targetOf, type FhirEntry, type References } from './fhir-references.ts';
import type { IntakeProblem } from './row.ts';

const ISSUED_STATUS = ['final', 'amended', 'corrected', 'appended'];
/** Results of one report: each is looked for among all that it contains. */
const MAX_RESULTS = 100;
/** Members that mean the same in both. */
const SHARED = ['subject', 'effectiveDateTime', 'issued', 'performer'];

export class FhirReports {
  static readonly none: FhirReports = new FhirReports([], { resolve: () => undefined });

  readonly #refusals = new Map<PlainObject, IntakeProblem>();

  constructor(entries: readonly FhirEntry[], references: References) {
    for (const entry of entries) {
      const refusal = isReport(entry.resource) ? statusRefusal(entry.resource) : undefined;
      if (refusal === undefined) continue;
      for (const reference of listOf(entry.resource, 'result')) {
        // What the report contains is not read in the first place.
        if (targetOf(reference)?.startsWith('#') === true) continue;
        const observation = references.resolve(reference, entry);
        if (observation !== undefined) this.#refusals.set(observation, refusal);
      }
    }
  }

  /** Why an Observation is refused whose report is here. */
  refusalOf(observation: PlainObject): IntakeProblem | undefined {
    return this.#refusals.get(observation);
  }
}

/** Why a report is refused as a whole. */
export function reportRefusal(entry: FhirEntry, references: References): IntakeProblem | undefined {
  const results = listOf(entry.resource, 'result');
  const status = statusRefusal(entry.resource);
  if (status !== undefined) return status;
  if (results.length === 0) {
    const reason = 'is missing: a conclusion in words is no result';
    return { field: 'DiagnosticReport.result', code: 'INTAKE_FHIR_VALUE', reason };
  }
  if (results.length > MAX_RESULTS) {
    const reason = `has more than ${MAX_RESULTS} results`;
    return { field: 'DiagnosticReport.result', code: 'INTAKE_TOO_LARGE', reason };
  }
  const lost = results.findIndex((reference) => {
    const observation = references.resolve(reference, entry);
    return observation === undefined || resourceTypeOf(observation) !== 'Observation';
  });
  if (lost === -1) return undefined;
  const field = `DiagnosticReport.result[${lost}]`;
  return { field, code: 'INTAKE_FHIR_REFERENCE', reason: 'points to no Observation in this file' };
}

export interface ContainedResult {
  /** Place among the results. */
  readonly index: number;
  readonly observation: PlainObject;
}

export function containedResults({ resource }: FhirEntry): readonly ContainedResult[] {
  return listOf(resource, 'result').flatMap((reference, index) => {
    const target = targetOf(reference);
    const observation = target?.startsWith('#') === true ? containedIn(resource, target.slice(1)) : undefined;
    return observation === undefined ? [] : [{ index, observation }];
  });
}

/** The Observation with what the report says for it; the specimen only where there is one. */
export function withFactsOf(report: PlainObject, observation: PlainObject): PlainObject {
  const [specimen, ...others] = listOf(report, 'specimen');
  const shared = SHARED.map((name) => [name, member(report, name)] as const);
  const given = [...shared, ['specimen', others.length === 0 ? specimen : undefined] as const];
  return { ...Object.fromEntries(given.filter(([, value]) => value !== undefined)), ...observation };
}

function isReport(resource: PlainObject): boolean {
  return resourceTypeOf(resource) === 'DiagnosticReport';
}

function statusRefusal(report: PlainObject): IntakeProblem | undefined {
  if (ISSUED_STATUS.includes(textOf(report, 'status') ?? '')) return undefined;
  const reason = `must be ${ISSUED_STATUS.join(', ')}: the report does not stand yet or any more`;
  return { field: 'DiagnosticReport.status', code: 'INTAKE_FHIR_STATUS', reason };
}
