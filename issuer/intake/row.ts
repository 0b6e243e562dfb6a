/** What intake gives for each row of a file, and the limits it keeps while it reads. */
import type { FieldProblem, RecordProblemCode } from '../../core/record/problem.ts';
import type { HealthRecord } from '../../core/record/record.ts';

export const INTAKE_PROBLEM_CODES = [
  'INTAKE_TOO_LARGE',
  'INTAKE_NOT_UTF8',
  'INTAKE_NOTHING_TO_ISSUE',
  'INTAKE_CSV_COLUMN_UNKNOWN',
  'INTAKE_CSV_COLUMN_MISSING',
  'INTAKE_CSV_COLUMN_TWICE',
  'INTAKE_CSV_FOREIGN',
  'INTAKE_DOSE_TWICE',
  'INTAKE_CSV_CELLS',
  'INTAKE_CSV_QUOTES',
  'INTAKE_JSON_INVALID',
  'INTAKE_JSON_TOO_DEEP',
  'INTAKE_FHIR_RESOURCE',
  'INTAKE_FHIR_BUNDLE_TYPE',
  'INTAKE_FHIR_REFERENCE',
  'INTAKE_FHIR_STATUS',
  'INTAKE_FHIR_CODE',
  'INTAKE_FHIR_VALUE',
  'INTAKE_FHIR_IDENTIFIER',
  'INTAKE_RECORD_ERASED',
  'INTAKE_RECORD_BEING_ERASED',
  'INTAKE_RECORD_ENDED',
] as const;

export type IntakeProblemCode = RecordProblemCode | (typeof INTAKE_PROBLEM_CODES)[number];

export type IntakeProblem = FieldProblem<IntakeProblemCode>;

/**
 * `row` names the place in the file: CSV the line (the header is line 1) and so NDJSON, a FHIR Bundle or a JSON array
 * the entry (the first is 1), a single record or resource 1. 0 is the file as a whole. A DiagnosticReport gives a row
 * for each Observation it contains, all with its own number.
 */
export type IntakeRow =
  | { readonly row: number; readonly record: HealthRecord }
  | { readonly row: number; readonly problems: readonly IntakeProblem[] };

export interface IntakeLimits {
  /** One CSV row, line end left out. */
  readonly maxRowBytes: number;
  /** A JSON or FHIR document, which is held in memory whole. A CSV or NDJSON file may have any length. */
  readonly maxDocumentBytes: number;
  /** One line of NDJSON. */
  readonly maxLineBytes: number;
  /** All resources of an NDJSON file together that later lines may point to. */
  readonly maxKeptBytes: number;
  /** Arrays and objects within each other. */
  readonly maxDepth: number;
  /** Values in a JSON or FHIR document; every one takes memory, however short it is written. */
  readonly maxValues: number;
}

export const DEFAULT_INTAKE_LIMITS: IntakeLimits = {
  maxRowBytes: 8 * 1024,
  maxDocumentBytes: 32 * 1024 * 1024,
  maxLineBytes: 1024 * 1024,
  maxKeptBytes: 16 * 1024 * 1024,
  maxDepth: 64,
  maxValues: 4_000_000,
};

export interface IntakeOptions {
  /** Unix seconds. */
  readonly nowSeconds: number;
  readonly limits: IntakeLimits;
  /** ISO 3166-1 alpha-2: taken where a row does not name the country of the vaccination or test. */
  readonly country?: string;
}

export type Bytes = AsyncIterable<Uint8Array> | Uint8Array;

/** A row refused for one thing. */
export function refusedRow(row: number, field: string, code: IntakeProblemCode, reason: string): IntakeRow {
  return { row, problems: [{ field, code, reason }] };
}
