/**
 * What is wrong with one field of a record. Codes are stable; a reason is a sentence without subject ("must be
 * …", "lies in the future") and never repeats the value: it goes into reports that more people read than may
 * see the record.
 */
export const RECORD_PROBLEM_CODES = [
  'RECORD_NOT_AN_OBJECT',
  'RECORD_TYPE_UNKNOWN',
  'RECORD_TYPE_DERIVED',
  'RECORD_FIELD_UNKNOWN',
  'RECORD_FIELD_MISSING',
  'RECORD_FIELD_TYPE',
  'RECORD_FIELD_EMPTY',
  'RECORD_FIELD_TOO_LONG',
  'RECORD_FIELD_FORMAT',
  'RECORD_FIELD_RANGE',
  'RECORD_TEXT_FORBIDDEN',
  'RECORD_NAME_MISSING',
  'RECORD_DATE_INVALID',
  'RECORD_DATE_IN_FUTURE',
  'RECORD_DATE_BEFORE_BIRTH',
  'RECORD_DATE_TOO_OLD',
  'RECORD_DATE_ORDER',
  'RECORD_DOSE_ORDER',
  'RECORD_DOCUMENT_FORMAT',
  'RECORD_DOCUMENT_CHECK_DIGIT',
  'RECORD_DOCUMENT_ISSUER',
  'RECORD_COUNTRY_UNKNOWN',
  'RECORD_CODE_SYSTEM',
  'RECORD_CODE_UNKNOWN',
  'RECORD_DOCUMENT_TWICE',
  'RECORD_LOT_PLACEHOLDER',
  'RECORD_LOT_EXPIRED',
  'RECORD_VALIDITY_TOO_LONG',
  'RECORD_ANSWERS_CONTRADICT',
] as const;

export type RecordProblemCode = (typeof RECORD_PROBLEM_CODES)[number];

export interface FieldProblem<Code extends string = RecordProblemCode> {
  /** Path of the field, `subject.docNumber`, `stays.0.from`; empty for the record as a whole. */
  readonly field: string;
  readonly code: Code;
  readonly reason: string;
}
