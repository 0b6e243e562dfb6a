/**
 * Canonical JSON (RFC 8785): no spaces, members sorted by UTF-16 code units, numbers and strings as ECMAScript
 * writes them: `{"a":1,"b":[true,null]}`. Reading accepts nothing but that one form, so that two readers of
 * the same bytes cannot see two things: no repeated members, no second spelling of a number or an escape, no
 * lone surrogate, no bytes that are not UTF-8.
 */
import { BytesError } from './errors.ts';
import { fromUtf8 } from './utf8.ts';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [member: string]: JsonValue };

/** Deeper values are refused: nothing of ours nests half as deep. */
export const MAX_JSON_DEPTH = 32;

/**
 * The canonical text of a JSON value; what JSON cannot say (NaN, undefined, lone surrogates …) throws
 * `JSON_INVALID`. Members that are given in order save the sorting, which is most of the work.
 */
export function toCanonicalJson(value: unknown): string {
  const sorted = isPlainAndSorted(value, 0) ? value : sortedCopy(value, 0);
  if (sorted !== undefined) {
    const text = JSON.stringify(sorted);
    // A lone surrogate is written as an escape; so may a backslash be that stands before "ud".
    if (!text.includes('\\ud')) return text;
  }
  return write(value, 0);
}

/**
 * Reads canonical JSON. Throws `JSON_INVALID` for what is not JSON in UTF-8 or nests deeper than
 * {@link MAX_JSON_DEPTH}, `JSON_NOT_CANONICAL` for what is not the canonical form of its value.
 */
export function parseCanonicalJson(bytes: Uint8Array): JsonValue {
  const text = fromUtf8(bytes);
  if (text === undefined) throw new BytesError('JSON_INVALID', 'not UTF-8');
  const value = parseJson(text);
  if (!isCanonical(value, text)) {
    throw new BytesError('JSON_NOT_CANONICAL', 'not the RFC 8785 form of its value');
  }
  return value;
}

function write(value: unknown, depth: number): string {
  if (depth > MAX_JSON_DEPTH) throw tooDeep();
  if (typeof value === 'string') return writeString(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw new BytesError('JSON_INVALID', 'not a JSON value');
  // RFC 8785 §3.2.3: names are ordered by UTF-16 code units, as `sort` does.
  const members = value as Readonly<Record<string, unknown>>; // read by its own keys only
  let text = '';
  for (const name of Object.keys(members).sort()) {
    text += `${text === '' ? '' : ','}${writeString(name)}:${write(members[name], depth + 1)}`;
  }
  return `{${text}}`;
}

function writeString(text: string): string {
  if (!text.isWellFormed()) throw new BytesError('JSON_INVALID', 'a lone surrogate is no character');
  return JSON.stringify(text);
}

/** Whether JSON.stringify writes just what {@link write} would, but for lone surrogates. */
function isPlainAndSorted(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > MAX_JSON_DEPTH) return false;
  if (Array.isArray(value)) {
    // Not `every`, which passes over holes.
    for (const item of value) if (!isPlainAndSorted(item, depth + 1)) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  let previous = '';
  // The prototype has no enumerable members, so these are the value's own, which is all that is read of it.
  const members = value as Readonly<Record<string, unknown>>;
  for (const name in members) {
    if (name < previous || !isPlainAndSorted(members[name], depth + 1)) return false;
    previous = name;
  }
  return !('toJSON' in value);
}

/** A copy whose members are in order, `undefined` when the value has more than plain objects, or odd names. */
function sortedCopy(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || depth > MAX_JSON_DEPTH || Array.isArray(value)) return undefined;
  if (Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value) return undefined;
  const members = value as Readonly<Record<string, unknown>>; // read by its own keys only
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(members).sort()) {
    const member = sortedCopy(members[name], depth + 1);
    // Digits are array indexes, which an object keeps in front; `__proto__` is no member of a copy.
    if (member === undefined || !/^[A-Za-z]/.test(name)) return undefined;
    copy[name] = member;
  }
  return copy;
}

function parseJson(text: string): JsonValue {
  try {
    // JSON.parse gives nothing but JSON values.
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new BytesError('JSON_INVALID', 'not JSON');
  }
}

/**
 * JSON.stringify writes every number and string as RFC 8785 does, but keeps the order of the members, so a
 * value whose members are sorted is canonical when it gives the text again. Member names that are array
 * indexes leave their place in an ECMAScript object; such a value takes the long way.
 */
function isCanonical(value: JsonValue, text: string): boolean {
  if (text.includes('\\ud') || !isSorted(value, 0)) return toCanonicalJson(value) === text;
  return JSON.stringify(value) === text;
}

function isSorted(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_JSON_DEPTH) throw tooDeep();
  if (isArray(value)) return value.every((item) => isSorted(item, depth + 1));
  let previous: string | undefined;
  for (const name in value) {
    if (previous !== undefined && name <= previous) return false;
    // `name` is an own member: values of JSON.parse inherit nothing that is enumerable.
    if (!isSorted(value[name]!, depth + 1)) return false;
    previous = name;
  }
  return true;
}

/** `Array.isArray` does not know readonly arrays. */
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function tooDeep(): BytesError {
  return new BytesError('JSON_INVALID', `nested deeper than ${MAX_JSON_DEPTH}`);
}
