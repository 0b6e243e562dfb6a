/** One FHIR resource → the rows it gives, with what it points to at hand. */
import { toCountry } from '../../core/record/countries.ts';
import type { PlainObject } from '../../core/record/structure.ts';
import { listOf, member, objectOf, resourceTypeOf, textOf } from './fhir-element.ts';
import { immunizationFacts, immunizationRefusal } from './fhir-immunization.ts';
import { noFact, type FhirFact } from './fhir-mapping.ts';
import { observationFacts, observationRefusal } from './fhir-observation.ts';
import { patientFacts } from './fhir-patient.ts';
import { recordFromFacts } from './fhir-record.ts';
import type { FhirEntry, References } from './fhir-references.ts';
import { containedResults, reportRefusal, withFactsOf, type FhirReports } from './fhir-report.ts';
import { refusedRow, type IntakeOptions, type IntakeRow } from './row.ts';

export interface FhirContext {
  readonly references: References;
  readonly reports: FhirReports;
  readonly options: IntakeOptions;
}

/** Resources that records are made with, not from: they give no row of their own. */
const SUPPORTING: ReadonlySet<string> = new Set([
  'Patient',
  'Organization',
  'Location',
  'Practitioner',
  'PractitionerRole',
  'Specimen',
  'Device',
  'OperationOutcome',
]);

/** Why resources that may look like records give none. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['Condition', 'does not say on what basis somebody recovered: send a recovery as CSV or JSON'],
  ['QuestionnaireResponse', 'has questions we do not know: send a declaration as CSV or JSON'],
]);

export function isSupporting(resource: PlainObject): boolean {
  return SUPPORTING.has(resourceTypeOf(resource) ?? '');
}

/** A DiagnosticReport gives the rows of the Observations it contains; those beside it give their own. */
export function* resourceRows(row: number, entry: FhirEntry, context: FhirContext): Generator<IntakeRow> {
  const { resource } = entry;
  // FHIR R4 §2.28.0.2: what a modifier extension means may turn everything else around.
  if (member(resource, 'modifierExtension') !== undefined) {
    const reason = 'changes the meaning in a way we do not know';
    yield refusedRow(row, 'modifierExtension', 'INTAKE_FHIR_VALUE', reason);
    return;
  }
  const type = resourceTypeOf(resource) ?? '';
  switch (type) {
    case 'Immunization':
      yield immunizationRow(row, entry, context);
      return;
    case 'Observation':
      yield observationRow(row, entry, context);
      return;
    case 'DiagnosticReport':
      yield* reportRows(row, entry, context);
      return;
    default: {
      const reason = REFUSED.get(type) ?? 'is no Immunization or Observation: nothing is issued for it';
      yield refusedRow(row, 'resourceType', 'INTAKE_FHIR_RESOURCE', reason);
    }
  }
}

export function tooLargeRow(row: number, field: string): IntakeRow {
  return refusedRow(row, field, 'INTAKE_TOO_LARGE', 'has more elements or text than a resource may have');
}

function immunizationRow(row: number, entry: FhirEntry, { references, options }: FhirContext): IntakeRow {
  const { resource } = entry;
  const refusal = immunizationRefusal(resource);
  if (refusal !== undefined) return { row, problems: [refusal] };
  const location = references.resolve(member(resource, 'location'), entry);
  const manufacturer = references.resolve(member(resource, 'manufacturer'), entry);
  const facts = immunizationFacts(resource, { location, manufacturer, country: countryOf(location) });
  const subject = subjectFacts('Immunization.patient', member(resource, 'patient'), entry, references);
  return { row, ...recordFromFacts('vaccination', [...subject, ...facts], options) };
}

/** @param resource the Observation, in the resource of `entry` or that itself */
function observationRow(
  row: number,
  entry: FhirEntry,
  { references, reports, options }: FhirContext,
  resource: PlainObject = entry.resource,
): IntakeRow {
  const refusal = observationRefusal(resource) ?? reports.refusalOf(resource);
  if (refusal !== undefined) return { row, problems: [refusal] };
  const laboratory = references.resolve(listOf(resource, 'performer')[0], entry);
  const facts = observationFacts(resource, {
    specimen: references.resolve(member(resource, 'specimen'), entry),
    device: references.resolve(member(resource, 'device'), entry),
    laboratory,
    country: countryOf(laboratory),
  });
  const subject = subjectFacts('Observation.subject', member(resource, 'subject'), entry, references);
  return { row, ...recordFromFacts('test', [...subject, ...facts], options) };
}

function* reportRows(row: number, entry: FhirEntry, context: FhirContext): Generator<IntakeRow> {
  const refusal = reportRefusal(entry, context.references);
  if (refusal !== undefined) {
    yield { row, problems: [refusal] };
    return;
  }
  for (const { index, observation } of containedResults(entry)) {
    const whole = withFactsOf(entry.resource, observation);
    const result = observationRow(row, entry, context, whole);
    yield 'record' in result ? result : { row, problems: result.problems.map(within(index)) };
  }
}

/** `Observation.code` → `DiagnosticReport.result[0].Observation.code`. */
function within<Problem extends { readonly field: string }>(index: number): (problem: Problem) => Problem {
  return (problem) => ({ ...problem, field: `DiagnosticReport.result[${index}].${problem.field}` });
}

function subjectFacts(
  path: string,
  reference: unknown,
  entry: FhirEntry,
  references: References,
): readonly FhirFact[] {
  const patient = references.resolve(reference, entry);
  if (patient !== undefined && resourceTypeOf(patient) === 'Patient') return patientFacts(patient);
  return [noFact(['subject'], path, 'INTAKE_FHIR_REFERENCE', 'points to no Patient in this file')];
}

/** Of the Location or the Organization; as it stands where it is no country code, so that it is refused. */
function countryOf(place: PlainObject | undefined): string | undefined {
  const addresses = [objectOf(place, 'address'), ...listOf(place, 'address')];
  const country = addresses.map((address) => textOf(address, 'country')).find((text) => text !== undefined);
  return country === undefined ? undefined : (toCountry(country) ?? country);
}
