/**
 * A record against its schema, field by field, so that one pass names everything that is wrong. TypeBox's own
 * error list stops at eight and repeats itself for closed objects; here each field gives one problem at most.
 */
import type { TArray, TObject, TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import type { FieldProblem, RecordProblemCode } from './problem.ts';
import { hasForbiddenCharacter, isTooLong, normaliseText } from './text.ts';

export type PlainObject = Readonly<Record<string, unknown>>;

/** A name that may be repeated in a report; any other might be somebody's data. */
const PRINTABLE_NAME = /^[A-Za-z_][\w-]{0,39}$/;

/** A record has 18 fields at most. */
export const MAX_MEMBERS = 64;

/** Record, subject, list in it, object in that. What lies deeper no schema takes. */
export const MAX_DEPTH = 4;

const CODE_BY_KEYWORD: Readonly<Record<string, RecordProblemCode>> = {
  type: 'RECORD_FIELD_TYPE',
  minLength: 'RECORD_FIELD_EMPTY',
  maxLength: 'RECORD_FIELD_TOO_LONG',
  minimum: 'RECORD_FIELD_RANGE',
  maximum: 'RECORD_FIELD_RANGE',
  minItems: 'RECORD_FIELD_EMPTY',
  maxItems: 'RECORD_FIELD_TOO_LONG',
};

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `value` or an object in it, as deep as records go, has more members than any record. */
export function hasTooManyMembers(value: PlainObject): boolean {
  return exceeds(value, MAX_DEPTH);
}

function exceeds(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  // A list that is too long is refused by its schema; its items are not looked at.
  if (Array.isArray(value)) {
    return value.length <= MAX_MEMBERS && value.some((item) => exceeds(item, depth - 1));
  }
  const members = Object.values(value);
  return members.length > MAX_MEMBERS || members.some((member) => exceeds(member, depth - 1));
}

/** A copy of `value` as deep as records go: texts in normal form, `undefined` members left out. */
export function normaliseTexts(value: PlainObject): PlainObject {
  return mapMembers(value, MAX_DEPTH - 1);
}

/** What the schema refuses, in the order of the schema's fields, unknown fields last. */
export function structureProblems(schema: TObject, value: PlainObject, parent = ''): readonly FieldProblem[] {
  const required = new Set<string>(schema.required);
  const known = Object.entries(schema.properties).flatMap(([name, field]) => {
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member !== undefined) return memberProblems(field, member, parent + name);
    return required.has(name) ? [missing(field, parent + name)] : [];
  });
  const unknown = Object.keys(value)
    .filter((name) => !Object.hasOwn(schema.properties, name))
    .map((name) =>
      unknownField(PRINTABLE_NAME.test(name) ? parent + name : parent.slice(0, -1), titleOf(schema)),
    );
  return [...known, ...unknown];
}

function memberProblems(field: TSchema, member: unknown, path: string): readonly FieldProblem[] {
  if (isObjectSchema(field) && isPlainObject(member)) return structureProblems(field, member, `${path}.`);
  if (isListSchema(field) && Array.isArray(member)) {
    const problems = itemProblems(field, member, path);
    if (problems.length > 0) return problems;
  }
  if (typeof member === 'string' && isTooLong(member)) {
    return [{ field: path, code: 'RECORD_FIELD_TOO_LONG', reason: 'is longer than any text of a record' }];
  }
  if (typeof member === 'string' && hasForbiddenCharacter(member)) {
    const reason = 'has a control, invisible, private-use or undecodable character';
    return [{ field: path, code: 'RECORD_TEXT_FORBIDDEN', reason }];
  }
  const [error] = Errors(field, member);
  if (error === undefined) return [];
  const code = CODE_BY_KEYWORD[error.keyword] ?? 'RECORD_FIELD_FORMAT';
  const limit = code === 'RECORD_FIELD_TOO_LONG' ? ` and ${error.message}` : '';
  return [{ field: path, code, reason: `must be ${descriptionOf(field)}${limit}` }];
}

/** None of a list that is too long is looked at. */
function itemProblems(field: TArray, items: readonly unknown[], path: string): readonly FieldProblem[] {
  if (items.length > MAX_MEMBERS) {
    return [{ field: path, code: 'RECORD_FIELD_TOO_LONG', reason: `must be ${descriptionOf(field)}` }];
  }
  return items.flatMap((item, index) => memberProblems(field.items, item, `${path}.${index}`));
}

function missing(field: TSchema, path: string): FieldProblem {
  return { field: path, code: 'RECORD_FIELD_MISSING', reason: `is missing: ${descriptionOf(field)}` };
}

function unknownField(path: string, title: string): FieldProblem {
  return { field: path, code: 'RECORD_FIELD_UNKNOWN', reason: `is not a field of ${title}` };
}

export function isObjectSchema(schema: TSchema): schema is TObject {
  return 'properties' in schema;
}

export function isListSchema(schema: TSchema): schema is TArray {
  return 'items' in schema;
}

function descriptionOf(schema: TSchema): string {
  return 'description' in schema ? String(schema.description) : 'as the schema says';
}

function titleOf(schema: TSchema): string {
  return 'title' in schema ? String(schema.title) : 'this object';
}

function normaliseMember(member: unknown, depth: number): unknown {
  if (typeof member === 'string') return normaliseText(member);
  if (depth === 0) return member;
  if (Array.isArray(member)) {
    return member.length > MAX_MEMBERS ? member : member.map((item) => normaliseMember(item, depth - 1));
  }
  return isPlainObject(member) ? mapMembers(member, depth - 1) : member;
}

/** A loop, not `Object.fromEntries`, which takes four times as long on every row of a file. */
function mapMembers(value: PlainObject, depth: number): PlainObject {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    // Assigning `__proto__` would not make a member.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: member, enumerable: true });
    else copy[name] = normaliseMember(member, depth);
  }
  return copy;
}
