/**
 * Anything → a record, or everything that is wrong with it. The one door through which a record comes in: texts
 * are normalised here, the document number gets its normal form, and nothing is guessed or repaired.
 */
import { Compile } from 'typebox/compile';
import { parseDocumentNumber } from './documents.ts';
import type { FieldProblem } from './problem.ts';
import type { HealthRecord } from './record.ts';
import { ruleProblems, type SoundFacts } from './rules.ts';
import { healthRecordSchema, RECORD_SCHEMAS } from './schema.ts';
import {
  hasTooManyMembers,
  isPlainObject,
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

const wellFormed = Compile(healthRecordSchema);

/** Never throws; `problems` has all of them, none with a value of the record in it. */
export function validateRecord(value: unknown, { nowSeconds }: ValidationOptions): RecordResult {
  if (!isPlainObject(value))
    return { problems: [{ field: '', code: 'RECORD_NOT_AN_OBJECT', reason: 'is not an object' }] };
  if (hasTooManyMembers(value)) {
    const reason = `has more than ${MAX_MEMBERS} fields in one object`;
    return { problems: [{ field: '', code: 'RECORD_FIELD_UNKNOWN', reason }] };
  }
  const candidate = normaliseTexts(value);
  if (isWellFormed(candidate)) {
    const problems = ruleProblems(candidate, nowSeconds);
    return problems.length === 0 ? { record: withNormalDocument(candidate) } : { problems };
  }
  const type = candidate['type'];
  if (!isRecordType(type)) {
    const reason = `must be one of ${Object.keys(RECORD_SCHEMAS).join(', ')}`;
    return { problems: [{ field: 'type', code: 'RECORD_TYPE_UNKNOWN', reason }] };
  }
  const structure = [...structureProblems(RECORD_SCHEMAS[type], candidate), ...nameProblems(candidate)];
  const refused = new Set(structure.map(({ field }) => field));
  return { problems: [...structure, ...ruleProblems(soundFacts(candidate, refused), nowSeconds)] };
}

function isWellFormed(candidate: PlainObject): candidate is PlainObject & HealthRecord {
  // Texts first: the schema's patterns run over whatever they are given.
  return !hasForbiddenText(candidate) && wellFormed.Check(candidate) && nameProblems(candidate).length === 0;
}

function isRecordType(type: unknown): type is HealthRecord['type'] {
  return typeof type === 'string' && Object.hasOwn(RECORD_SCHEMAS, type);
}

/** In the record or an object directly in it; no schema allows deeper ones. */
function hasForbiddenText(candidate: PlainObject): boolean {
  return Object.values(candidate).some((member) =>
    isPlainObject(member) ? Object.values(member).some(isForbiddenText) : isForbiddenText(member),
  );
}

function isForbiddenText(member: unknown): boolean {
  return typeof member === 'string' && (isTooLong(member) || hasForbiddenCharacter(member));
}

function nameProblems({ subject }: PlainObject): readonly FieldProblem[] {
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

/** The members whose path is not in `refused`. */
function soundFacts(candidate: PlainObject, refused: ReadonlySet<string>): SoundFacts {
  const sound = without(candidate, refused, '');
  const subject = candidate['subject'];
  return {
    ...sound,
    subject: isPlainObject(subject) ? without(subject, refused, 'subject.') : {},
  };
}

function without(value: PlainObject, refused: ReadonlySet<string>, parent: string): PlainObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !refused.has(parent + name)));
}

function withNormalDocument(record: HealthRecord): HealthRecord {
  const { subject } = record;
  const parsed = parseDocumentNumber(subject.docType, subject.docNumber);
  return 'number' in parsed ? { ...record, subject: { ...subject, docNumber: parsed.number } } : record;
}
