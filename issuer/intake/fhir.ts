/**
 * FHIR R4 JSON → rows: a Bundle (collection, transaction, batch or searchset) whose Immunizations and Observations
 * point to its Patients, or one such resource, or a DiagnosticReport, with its Patient contained. The mapping, field
 * by field, is `docs/intake.md`. A problem names the FHIR element it comes from.
 */
import { isPlainObject, type PlainObject } from '../../core/record/structure.ts';
import { listOf, objectOf, resourceTypeOf, textOf } from './fhir-element.ts';
import { FhirReferences, type FhirEntry } from './fhir-references.ts';
import { FhirReports } from './fhir-report.ts';
import { isSupporting, resourceRows, tooLargeRow } from './fhir-resource.ts';
import { isTooLargeResource } from './fhir-size.ts';
import { parseJsonDocument } from './json.ts';
import { refusedRow, type Bytes, type IntakeOptions, type IntakeRow } from './row.ts';

const BUNDLE_TYPES = ['collection', 'transaction', 'batch', 'searchset'];

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
    const context = { references: new FhirReferences([]), reports: FhirReports.none, options };
    yield* resourceRows(1, { resource: value }, context);
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
  const readable = present.filter((entry) => !tooLarge.has(entry));
  const references = new FhirReferences(readable);
  const context = { references, reports: new FhirReports(readable, references), options };
  let isEmpty = true;
  for (const [index, entry] of entries.entries()) {
    if (entry !== undefined && tooLarge.has(entry)) {
      isEmpty = false;
      yield tooLargeRow(index + 1, 'Bundle.entry.resource');
      continue;
    }
    if (entry !== undefined && isSupporting(entry.resource)) continue;
    isEmpty = false;
    if (entry !== undefined) {
      yield* resourceRows(index + 1, entry, context);
      continue;
    }
    const reason = 'is missing, or its request removes it';
    yield refusedRow(index + 1, 'Bundle.entry.resource', 'INTAKE_FHIR_RESOURCE', reason);
  }
  if (isEmpty)
    yield refusedRow(0, 'Bundle.entry', 'INTAKE_NOTHING_TO_ISSUE', 'has no Immunization or Observation');
}

function toEntry(entry: unknown): FhirEntry | undefined {
  const resource = objectOf(entry, 'resource');
  const isRemoval = textOf(objectOf(entry, 'request'), 'method') === 'DELETE';
  if (resource === undefined || isRemoval) return undefined;
  const fullUrl = textOf(entry, 'fullUrl');
  return fullUrl === undefined ? { resource } : { fullUrl, resource };
}
