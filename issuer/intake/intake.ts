/**
 * A file of records, in any format that is taken in → one row for each record in it: the record, or all that is
 * wrong with that row. A bad row never stops the others, and nothing that a file says throws.
 */
import { readCsv } from './csv.ts';
import { inDoseOrder } from './dose-sequence.ts';
import { readFhirNdjson } from './fhir-ndjson.ts';
import { readFhir } from './fhir.ts';
import { readJson } from './json.ts';
import {
  DEFAULT_INTAKE_LIMITS,
  type Bytes,
  type IntakeLimits,
  type IntakeOptions,
  type IntakeRow,
} from './row.ts';

/** `application/json` is one record of our own model, or an array of them. */
export const INTAKE_MEDIA_TYPES = [
  'text/csv',
  'application/fhir+json',
  'application/json',
  'application/fhir+ndjson',
] as const;
export type IntakeMediaType = (typeof INTAKE_MEDIA_TYPES)[number];

export interface IntakeSource {
  readonly mediaType: IntakeMediaType;
  readonly body: Bytes;
}

export interface ReadOptions {
  /** Unix seconds. */
  readonly nowSeconds: number;
  readonly limits?: Partial<IntakeLimits>;
  /** ISO 3166-1 alpha-2: taken where a row does not name the country of the vaccination or test. */
  readonly country?: string;
}

/** The media type of `Content-Type`, its parameters left out; `undefined` for one that is not taken in. */
export function toIntakeMediaType(contentType: string): IntakeMediaType | undefined {
  const essence = contentType.split(';', 1)[0]?.trim().toLowerCase();
  return INTAKE_MEDIA_TYPES.find((mediaType) => mediaType === essence);
}

/** Throws only what `source.body` throws. Stopping early closes the body. */
export function readRecords(source: IntakeSource, options: ReadOptions): AsyncGenerator<IntakeRow> {
  return inDoseOrder(rowsOf(source, { ...options, limits: { ...DEFAULT_INTAKE_LIMITS, ...options.limits } }));
}

function rowsOf({ mediaType, body }: IntakeSource, options: IntakeOptions): AsyncGenerator<IntakeRow> {
  switch (mediaType) {
    case 'text/csv':
      return readCsv(body, options);
    case 'application/fhir+json':
      return readFhir(body, options);
    case 'application/fhir+ndjson':
      return readFhirNdjson(body, options);
    case 'application/json':
      return readJson(body, options);
  }
}
