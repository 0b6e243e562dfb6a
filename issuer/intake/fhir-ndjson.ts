/**
 * FHIR as NDJSON (R4 Bulk Data: one resource a line) → rows, streaming. What records are made with must stand before
 * them: a Patient, then its Immunizations and Observations. Such resources are kept, the least used ones forgotten
 * once there are more than `maxKeptBytes`: what then points to one is refused, and a file of any length takes the same
 * memory.
 */
import { isPlainObject, type PlainObject } from '../../core/record/structure.ts';
import { readLines, type Line } from '../../service/lines.ts';
import { toChunks } from './bytes.ts';
import { resourceTypeOf, textOf } from './fhir-element.ts';
import { containedIn, targetOf, type FhirEntry, type References } from './fhir-references.ts';
import { FhirReports } from './fhir-report.ts';
import { isSupporting, resourceRows, tooLargeRow } from './fhir-resource.ts';
import { isTooLargeResource } from './fhir-size.ts';
import { ForgettingMap } from './forgetting-map.ts';
import { parseJson } from './json.ts';
import { refusedRow, type Bytes, type IntakeOptions, type IntakeRow } from './row.ts';

/** Row = the line. */
export async function* readFhirNdjson(body: Bytes, options: IntakeOptions): AsyncGenerator<IntakeRow> {
  const { maxLineBytes, maxKeptBytes } = options.limits;
  const references = new KeptResources(maxKeptBytes);
  let isEmpty = true;
  for await (const line of readLines(toChunks(body), maxLineBytes)) {
    for (const row of lineRows(line, references, options)) {
      isEmpty = false;
      yield row;
    }
  }
  if (isEmpty)
    yield refusedRow(0, '', 'INTAKE_NOTHING_TO_ISSUE', 'has no line with an Immunization or Observation');
}

function* lineRows(line: Line, references: KeptResources, options: IntakeOptions): Generator<IntakeRow> {
  const { number: row, bytes } = line;
  if (bytes === undefined) {
    yield refusedRow(row, '', 'INTAKE_TOO_LARGE', `is longer than ${options.limits.maxLineBytes} bytes`);
    return;
  }
  if (isBlank(bytes)) return;
  const document = parseJson(bytes, options.limits, row);
  if ('refused' in document) {
    yield document.refused;
    return;
  }
  const resource = document.value;
  if (!isPlainObject(resource) || resourceTypeOf(resource) === undefined) {
    yield refusedRow(row, 'resourceType', 'INTAKE_FHIR_RESOURCE', 'is missing: this is no FHIR resource');
  } else if (resourceTypeOf(resource) === 'Bundle') {
    const reason = 'is Bundle: a line holds one resource; send a Bundle as application/fhir+json';
    yield refusedRow(row, 'resourceType', 'INTAKE_FHIR_RESOURCE', reason);
  } else if (isTooLargeResource(resource)) {
    yield tooLargeRow(row, '');
  } else if (isSupporting(resource)) {
    references.keep(resource, bytes.length);
  } else {
    yield* resourceRows(row, { resource }, { references, reports: FhirReports.none, options });
  }
}

/** By type and id; `null` where two lines share them. */
class KeptResources implements References {
  readonly #kept: ForgettingMap<PlainObject | null>;

  constructor(maxBytes: number) {
    this.#kept = new ForgettingMap(maxBytes / 2);
  }

  keep(resource: PlainObject, bytes: number): void {
    const id = textOf(resource, 'id');
    if (id === undefined) return;
    const name = `${resourceTypeOf(resource)}/${id}`;
    this.#kept.set(name, this.#kept.get(name) === undefined ? resource : null, bytes);
  }

  resolve(reference: unknown, from: FhirEntry): PlainObject | undefined {
    const target = targetOf(reference);
    if (target === undefined) return undefined;
    if (target.startsWith('#')) return containedIn(from.resource, target.slice(1));
    return this.#kept.get(target) ?? undefined;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}
