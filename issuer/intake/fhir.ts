/**
 * FHIR R4 JSON → rows: a Bundle (collection, transaction, batch or searchset) whose Immunizations and Observations
 * point to its Patients, or one such resource with its Patient contained. The mapping, field by field, is
 * `docs/intake.md`. A problem names the FHIR element it comes from.
 */
import { toCountry } from '../../core/record/countries.ts';
import { isPlainObject, type PlainObject } from '../../core/record/structure.ts';
import { listOf, member, objectOf, resourceTypeOf, textOf } from './fhir-element.ts';
import { immunizationFacts, immunizationRefusal } from './fhir-immunization.ts';
import { noFact, type FhirFact } from './fhir-mapping.ts';
import { observationFacts, observationRefusal } from './fhir-observation.ts';
import { patientFacts } from './fhir-patient.ts';
import { recordFromFacts } from './fhir-record.ts';
import { FhirReferences, type FhirEntry } from './fhir-references.ts';
import { isTooLargeResource } from './fhir-size.ts';
import { parseJsonDocument } from './json.ts';
import { refusedRow, type Bytes, type IntakeOptions, type IntakeRow } from './row.ts';

const BUNDLE_TYPES = ['collection', 'transaction', 'batch', 'searchset'];

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

/** Row = place of the entry in the Bundle, from 1; 1 for a single resource. */
export async function* readFhir(body: Bytes, options: IntakeOptions): AsyncGenerator<IntakeRow> {
  const document = await parseJsonDocument(body, options.limits);
  if ('refused' in document) {
    yield document.refused;
    return;
  }
  const { value } = document;
  const type = resourceTypeOf(value);
  if (!isPlainObject(value) || type === undefined) {
    yield refusedRow(0, 'resourceType', 'INTAKE_FHIR_RESOURCE', 'is missing: this is no FHIR resource');
  } else if (type === 'Bundle') {
    yield* bundleRows(value, options);
  } else if (isTooLargeResource(value)) {
    yield tooLargeRow(1, '');
  } else {
    yield resourceRow(1, { resource: value }, new FhirReferences([]), options);
  }
}

function* bundleRows(bundle: PlainObject, options: IntakeOptions): Generator<IntakeRow> {
  if (!BUNDLE_TYPES.includes(textOf(bundle, 'type') ?? '')) {
    yield refusedRow(0, 'Bundle.type', 'INTAKE_FHIR_BUNDLE_TYPE', `must be ${BUNDLE_TYPES.join(', ')}`);
    return;
  }
  const entries = listOf(bundle, 'entry').map(toEntry);
  const present = entries.filter((entry) => entry !== undefined);
  const tooLarge = new Set(present.filter(({ resource }) => isTooLargeResource(resource)));
  // What points to a resource that is too large points to nothing.
  const references = new FhirReferences(present.filter((entry) => !tooLarge.has(entry)));
  let isEmpty = true;
  for (const [index, entry] of entries.entries()) {
    if (entry !== undefined && tooLarge.has(entry)) {
      isEmpty = false;
      yield tooLargeRow(index + 1, 'Bundle.entry.resource');
      continue;
    }
    const type = entry === undefined ? undefined : resourceTypeOf(entry.resource);
    if (type !== undefined && SUPPORTING.has(type)) continue;
    isEmpty = false;
    yield entry === undefined
      ? refusedRow(
          index + 1,
          'Bundle.entry.resource',
          'INTAKE_FHIR_RESOURCE',
          'is missing, or its request removes it',
        )
      : resourceRow(index + 1, entry, references, options);
  }
  if (isEmpty)
    yield refusedRow(0, 'Bundle.entry', 'INTAKE_NOTHING_TO_ISSUE', 'has no Immunization or Observation');
}

function tooLargeRow(row: number, field: string): IntakeRow {
  return refusedRow(row, field, 'INTAKE_TOO_LARGE', 'has more elements or text than a resource may have');
}

function toEntry(entry: unknown): FhirEntry | undefined {
  const resource = objectOf(entry, 'resource');
  const isRemoval = textOf(objectOf(entry, 'request'), 'method') === 'DELETE';
  if (resource === undefined || isRemoval) return undefined;
  const fullUrl = textOf(entry, 'fullUrl');
  return fullUrl === undefined ? { resource } : { fullUrl, resource };
}

function resourceRow(
  row: number,
  entry: FhirEntry,
  references: FhirReferences,
  options: IntakeOptions,
): IntakeRow {
  const { resource } = entry;
  // FHIR R4 §2.28.0.2: what a modifier extension means may turn everything else around.
  if (member(resource, 'modifierExtension') !== undefined) {
    return refusedRow(
      row,
      'modifierExtension',
      'INTAKE_FHIR_VALUE',
      'changes the meaning in a way we do not know',
    );
  }
  switch (resourceTypeOf(resource) ?? '') {
    case 'Immunization': {
      const refusal = immunizationRefusal(resource);
      if (refusal !== undefined) return { row, problems: [refusal] };
      const location = references.resolve(member(resource, 'location'), entry);
      const facts = immunizationFacts(resource, { location, country: countryOf(location) });
      const subject = subjectFacts('Immunization.patient', member(resource, 'patient'), entry, references);
      return { row, ...recordFromFacts('vaccination', [...subject, ...facts], options) };
    }
    case 'Observation': {
      const refusal = observationRefusal(resource);
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
    default: {
      const reason = 'is no Immunization or Observation: nothing is issued for it';
      return refusedRow(row, 'resourceType', 'INTAKE_FHIR_RESOURCE', reason);
    }
  }
}

function subjectFacts(
  path: string,
  reference: unknown,
  entry: FhirEntry,
  references: FhirReferences,
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
