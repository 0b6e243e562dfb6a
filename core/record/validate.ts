/**
 * Anything → a record, or everything that is wrong with it. The one door through which a record comes in: texts
 * are normalised here, the document number gets its normal form, and nothing is guessed or repaired.
 */
import { Compile } from 'typebox/compile';
import { isDerivedType } from './derived.ts';
import { parseDocumentNumber } from './documents.ts';
import type { FieldProblem } from './problem.ts';
import type { DocumentRef, HealthRecord, Subject } from './record.ts';
import { ruleProblems, type SoundFacts } from './rules.ts';
import { RECORD_SCHEMAS } from './schema.ts';
import {
  hasTooManyMembers,
  isPlainObject,
  MAX_DEPTH,
  MAX_MEMBERS,
  normaliseTexts,
  structureProblems,
  type PlainObject,
} from './structure.ts';
import { hasForbiddenCharacter, isTooLong } from './text.ts';

export type RecordResult = { readonly record: HealthRecord } | { readonly problems: readonly FieldProblem[] };

export interface ValidationOptions {
  /** Unix seconds: a day is in the future when it has begun nowhere on Earth, a time five minutes from now. */
  readonly nowSeconds: number;
}

const WELL_FORMED = new Map(
  Object.entries(RECORD_SCHEMAS).map(([type, schema]) => [type, Compile(schema)] as const),
);

/** Nobody hands in a colour, nor what a code was converted to: the issuer derives them from facts. */
export const DERIVED: FieldProblem = {
  field: 'type',
  code: 'RECORD_TYPE_DERIVED',
  reason: 'names a record that is derived here, never taken in',
};

/** Never throws; `problems` has all of them, none with a value of the record in it. */
export function validateRecord(value: unknown, { nowSeconds }: ValidationOptions): RecordResult {
  if (!isPlainObject(value))
    return { problems: [{ field: '', code: 'RECORD_NOT_AN_OBJECT', reason: 'is not an object' }] };
  if (hasTooManyMembers(value)) {
    const reason = `has more than ${MAX_MEMBERS} fields in one object`;
    return { problems: [{ field: '', code: 'RECORD_FIELD_UNKNOWN', reason }] };
  }
  const candidate = normaliseTexts(value);
  const type = candidate['type'];
  if (isDerivedType(type)) return { problems: [DERIVED] };
  if (!isRecordType(type)) {
    const reason = `must be one of ${Object.keys(RECORD_SCHEMAS).join(', ')}`;
    return { problems: [{ field: 'type', code: 'RECORD_TYPE_UNKNOWN', reason }] };
  }
  if (isWellFormed(candidate, type)) {
    const problems = ruleProblems(type, candidate, nowSeconds);
    if (problems.length > 0) return { problems };
    return { record: { ...candidate, subject: withNormalDocuments(candidate.subject) } };
  }
  const structure = [...structureProblems(RECORD_SCHEMAS[type], candidate), ...nameProblems(candidate)];
  const refused = structure.map(({ field }) => field);
  return { problems: [...structure, ...ruleProblems(type, soundFacts(candidate, refused), nowSeconds)] };
}

function isWellFormed(
  candidate: PlainObject,
  type: HealthRecord['type'],
): candidate is PlainObject & HealthRecord {
  // First what schemas are not run over: patterns take any text, and different items cost their number squared.
  return (
    !hasForbiddenPart(candidate) &&
    WELL_FORMED.get(type)?.Check(candidate) === true &&
    nameProblems(candidate).length === 0
  );
}

function isRecordType(type: unknown): type is HealthRecord['type'] {
  return typeof type === 'string' && Object.hasOwn(RECORD_SCHEMAS, type);
}

/** Anywhere in `value`; what lies too deep for a record is no record anyway. */
function hasForbiddenPart(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value === 'string') return isTooLong(value) || hasForbiddenCharacter(value);
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  if (Array.isArray(value) && value.length > MAX_MEMBERS) return true;
  return Object.values(value).some((member) => hasForbiddenPart(member, depth - 1));
}

/** Of a record, or of whatever else has a subject. */
export function nameProblems({ subject }: PlainObject): readonly FieldProblem[] {
  if (!isPlainObject(subject) || subject['nameEn'] !== undefined || subject['nameZh'] !== undefined)
    return [];
  return [
    {
      field: 'subject.nameEn',
      code: 'RECORD_NAME_MISSING',
      reason: 'is missing, and nameZh too: one is needed',
    },
  ];
}

/** The members without a problem in them: all of a list, or nothing of it. */
export function soundFacts(candidate: PlainObject, refused: readonly string[]): SoundFacts {
  const sound = without(candidate, refused, '');
  const subject = candidate['subject'];
  return { ...sound, subject: isPlainObject(subject) ? without(subject, refused, 'subject.') : {} };
}

function without(value: PlainObject, refused: readonly string[], parent: string): PlainObject {
  const isRefused = (path: string): boolean =>
    refused.some((field) => field === path || field.startsWith(`${path}.`));
  return Object.fromEntries(Object.entries(value).filter(([name]) => !isRefused(parent + name)));
}

/** As records have it, however the numbers are written. */
export function withNormalDocuments(subject: Subject): Subject {
  const { linked } = subject;
  const documents = linked === undefined ? {} : { linked: linked.map(withNormalNumber) };
  return { ...withNormalNumber(subject), ...documents };
}

/** As records have it, however the number is written. */
export function withNormalNumber<Document extends DocumentRef>(document: Document): Document {
  const parsed = parseDocumentNumber(document.docType, document.docNumber);
  return 'number' in parsed ? { ...document, docNumber: parsed.number } : document;
}
