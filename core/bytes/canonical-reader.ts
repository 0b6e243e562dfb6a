/**
 * Readers of canonical JSON (RFC 8785) whose form is known: one pass over the text checks the form, the types and
 * the canonical spelling, and makes the value. An object is a table of its members, and since their order is
 * fixed, a member that is missing, repeated, unknown or out of place shows where it stands:
 *
 *   const readPoint = object<{ x: number; y?: number }>({ x: natural({ max: 9 }), y: optional(natural({ max: 9 })) });
 *   readCanonical(bytes, readPoint)   // {"x":1,"y":2}
 *
 * Only what our formats have: objects, lists, strings, natural numbers.
 */
import { toCanonicalJson } from './canonical-json.ts';
import { BytesError } from './errors.ts';
import { fromUtf8 } from './utf8.ts';

/** A text and the place that is read next. */
interface Input {
  readonly text: string;
  at: number;
}

/** Reads one value at `input.at` and moves past it; throws `JSON_NOT_OF_FORM`. */
export type Reader<T> = (input: Input) => T;

/** A member that may be absent. */
export interface Optional<T> {
  readonly optional: Reader<T>;
}

/** For each member its reader; those of optional members in {@link optional}. */
export type Members<T> = {
  readonly [Name in keyof T]-?: {} extends Pick<T, Name>
    ? Optional<Exclude<T[Name], undefined>>
    : Reader<T[Name]>;
};

interface Member {
  readonly name: string;
  readonly isOptional: boolean;
  readonly read: Reader<unknown>;
  /** `"name":`, and the same after a comma. */
  readonly first: string;
  readonly next: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_CHARACTER = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** Reads all of `bytes`; throws `JSON_NOT_OF_FORM` when they are not exactly one value of the form. */
export function readCanonical<T>(bytes: Uint8Array, read: Reader<T>): T {
  const text = fromUtf8(bytes);
  if (text === undefined) throw notOfForm();
  const input = { text, at: 0 };
  const value = read(input);
  if (input.at !== text.length) throw notOfForm();
  return value;
}

export function optional<T>(read: Reader<T>): Optional<T> {
  return { optional: read };
}

/** An object with these members and no others. */
export function object<T>(table: Members<T>): Reader<T> {
  const members = toMembers(table);
  return (input) => {
    const value: Record<string, unknown> = {};
    expectText(input, '{');
    const start = input.at;
    for (const { name, isOptional, read, first, next } of members) {
      if (skip(input, input.at === start ? first : next)) value[name] = read(input);
      else if (!isOptional) throw notOfForm();
    }
    expectText(input, '}');
    // Every member that T must have was read by its own reader.
    return value as T;
  };
}

/** `min` to `max` of these, in the order they stand in. */
export function list<T>(
  read: Reader<T>,
  { min, max }: { readonly min: number; readonly max: number },
): Reader<readonly T[]> {
  return (input) => {
    const values: T[] = [];
    expectText(input, '[');
    while (!skip(input, ']')) {
      if (values.length === max) throw notOfForm();
      if (values.length > 0) expectText(input, ',');
      values.push(read(input));
    }
    if (values.length < min) throw notOfForm();
    return values;
  };
}

/** A string that matches `pattern`, which says what a T is; without one, any string but the empty one. */
export function text<T extends string = string>(pattern?: RegExp): Reader<T> {
  return (input) => {
    const value = readString(input);
    if (pattern === undefined ? value === '' : !pattern.test(value)) throw notOfForm();
    // It matches the pattern of a T.
    return value as T;
  };
}

/** One of these strings. */
export function oneOf<const T extends string>(values: readonly T[]): Reader<T> {
  const known: ReadonlySet<string> = new Set(values);
  return (input) => {
    const value = readString(input);
    if (!known.has(value)) throw notOfForm();
    // It is one of `values`.
    return value as T;
  };
}

export interface NaturalRange {
  readonly min?: number;
  /** At most 2^53 - 1. */
  readonly max: number;
  readonly multipleOf?: number;
}

/** An integer from `min` (0) to `max`, written without sign, fraction or exponent. */
export function natural({ min = 0, max, multipleOf = 1 }: NaturalRange): Reader<number> {
  return (input) => {
    const { text } = input;
    const start = input.at;
    let value = 0;
    for (let code = text.charCodeAt(input.at); code >= ZERO && code <= NINE && value <= max;) {
      value = value * 10 + (code - ZERO);
      code = text.charCodeAt(++input.at);
    }
    const length = input.at - start;
    const isSpelledOtherwise = length > 1 && text.charCodeAt(start) === ZERO;
    if (length === 0 || isSpelledOtherwise || value < min || value > max || value % multipleOf !== 0) {
      throw notOfForm();
    }
    return value;
  };
}

function toMembers<T>(table: Members<T>): readonly Member[] {
  // RFC 8785 §3.2.3: names are ordered by UTF-16 code units, as `sort` does.
  const names = Object.keys(table).sort() as (keyof T & string)[]; // the table's own names
  return names.map((name) => {
    const entry: Reader<unknown> | Optional<unknown> = table[name];
    const isOptional = typeof entry !== 'function';
    const first = `${JSON.stringify(name)}:`;
    return { name, isOptional, read: isOptional ? entry.optional : entry, first, next: `,${first}` };
  });
}

function readString(input: Input): string {
  const { text } = input;
  if (text.charCodeAt(input.at) !== QUOTE) throw notOfForm();
  const start = input.at + 1;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      input.at = at + 1;
      return text.slice(start, at);
    }
    if (code === BACKSLASH) return readEscaped(input);
    if (code < FIRST_CHARACTER) break;
  }
  throw notOfForm();
}

/** A string with escapes is rare: the general parser reads it, and it must be spelled as that would write it. */
function readEscaped(input: Input): string {
  const { text } = input;
  let end = input.at + 1;
  while (end < text.length && text.charCodeAt(end) !== QUOTE)
    end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  const token = text.slice(input.at, end + 1);
  const value = parseString(token);
  if (value === undefined || toCanonicalJson(value) !== token) throw notOfForm();
  input.at = end + 1;
  return value;
}

/** The string that `token` spells, if it does and is well-formed Unicode. */
function parseString(token: string): string | undefined {
  try {
    const value: unknown = JSON.parse(token);
    return typeof value === 'string' && value.isWellFormed() ? value : undefined;
  } catch {
    return undefined;
  }
}

function expectText(input: Input, expected: string): void {
  if (!skip(input, expected)) throw notOfForm();
}

/** Moves past `expected` when it comes next. */
function skip(input: Input, expected: string): boolean {
  if (!input.text.startsWith(expected, input.at)) return false;
  input.at += expected.length;
  return true;
}

function notOfForm(): BytesError {
  return new BytesError('JSON_NOT_OF_FORM', 'not canonical JSON of the form that belongs here');
}
