/**
 * A record against its schema, field by field, so that one pass names everything that is wrong. TypeBox's own
 * error list stops at eight and repeats itself for closed objects; here each field gives one problem at most.
 */
import type { TObject, TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import type { FieldProblem, RecordProblemCode } from './problem.ts';
import { hasForbiddenCharacter, isTooLong, normaliseText } from './text.ts';

export type PlainObject = Readonly<Record<string, unknown>>;

/** A name that may be repeated in a report; any other might be somebody's data. */
const PRINTABLE_NAME = /^[A-Za-z_][\w-]{0,39}$/;

/** A record has 13 fields at most. */
export const MAX_MEMBERS = 64;

const CODE_BY_KEYWORD: Readonly<Record<string, RecordProblemCode>> = {
  type: 'RECORD_FIELD_TYPE',
  minLength: 'RECORD_FIELD_EMPTY',
  maxLength: 'RECORD_FIELD_TOO_LONG',
  minimum: 'RECORD_FIELD_RANGE',
  maximum: 'RECORD_FIELD_RANGE',
};

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `value` or an object directly in it has more members than any record. */
export function hasTooManyMembers(value: PlainObject): boolean {
  const isLarge = (object: PlainObject): boolean => Object.keys(object).length > MAX_MEMBERS;
  return isLarge(value) || Object.values(value).some((member) => isPlainObject(member) && isLarge(member));
}

/** A copy of `value` and of the objects directly in it: texts in normal form, `undefined` members left out. */
export function normaliseTexts(value: PlainObject): PlainObject {
  return mapMembers(value, (member) =>
    isPlainObject(member) ? mapMembers(member, normaliseMember) : normaliseMember(member),
  );
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

function missing(field: TSchema, path: string): FieldProblem {
  return { field: path, code: 'RECORD_FIELD_MISSING', reason: `is missing: ${descriptionOf(field)}` };
}

function unknownField(path: string, title: string): FieldProblem {
  return { field: path, code: 'RECORD_FIELD_UNKNOWN', reason: `is not a field of ${title}` };
}

export function isObjectSchema(schema: TSchema): schema is TObject {
  return 'properties' in schema;
}

function descriptionOf(schema: TSchema): string {
  return 'description' in schema ? String(schema.description) : 'as the schema says';
}

function titleOf(schema: TSchema): string {
  return 'title' in schema ? String(schema.title) : 'this object';
}

function normaliseMember(member: unknown): unknown {
  return typeof member === 'string' ? normaliseText(member) : member;
}

function mapMembers(value: PlainObject, map: (member: unknown) => unknown): PlainObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, map(member)]])),
  );
}
