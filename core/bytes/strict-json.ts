/**
 * JSON of other systems (RFC 8259), strict where two readers could see two things: UTF-8 without a byte order mark,
 * no repeated members, integers only as exact as they are written, no lone surrogates, at most
 * {@link MAX_JSON_DEPTH} deep. Spaces and the order of members are free: what is signed is told by each format.
 */
import { MAX_JSON_DEPTH, type JsonValue } from './canonical-json.ts';
import { BytesError } from './errors.ts';
import { fromUtf8 } from './utf8.ts';

export type JsonObject = { readonly [member: string]: JsonValue };

/** Throws `JSON_INVALID`. */
export function parseStrictJson(bytes: Uint8Array): JsonValue {
  const text = fromUtf8(bytes);
  if (text === undefined) throw invalid('not UTF-8');
  return parseStrictJsonText(text);
}

/** Throws `JSON_INVALID`. */
export function parseStrictJsonText(text: string): JsonValue {
  const counted = countMembers(text);
  let value: JsonValue;
  try {
    // JSON.parse gives nothing but JSON values.
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw invalid('not JSON');
  }
  // A lone surrogate can only be written as an escape: what was decoded from UTF-8 has none.
  const isPlain = !text.includes('\\') && text.isWellFormed();
  if (membersOf(value, isPlain) !== counted) throw invalid('a member that is repeated');
  return value;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Array.isArray` does not know readonly arrays. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * The colons outside of strings: one for each member that is written. Watches the depth on the way, before
 * JSON.parse builds anything.
 */
function countMembers(text: string): number {
  let colons = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COLON:
        colons++;
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > MAX_JSON_DEPTH) throw invalid(`nested deeper than ${MAX_JSON_DEPTH}`);
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        break;
      default:
    }
  }
  return colons;
}

/** Where the closing quote is; the end of the text when there is none. Most are short: looking is faster than searching. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    // What follows a backslash ends nothing.
    if (code === BACKSLASH) at++;
  }
  return text.length;
}

/**
 * Members in all; `__proto__` is an own member of what JSON.parse makes.
 * @param isPlain whether no text in it needs to be looked at
 */
function membersOf(value: JsonValue, isPlain: boolean): number {
  if (typeof value === 'string') {
    if (!isPlain) expectCharacters(value);
    return 0;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      throw invalid('a number that loses digits');
    }
    return 0;
  }
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (isJsonArray(value)) {
    for (const item of value) members += membersOf(item, isPlain);
    return members;
  }
  for (const name of Object.keys(value)) {
    if (!isPlain) expectCharacters(name);
    // `name` is an own member.
    members += 1 + membersOf(value[name]!, isPlain);
  }
  return members;
}

function expectCharacters(text: string): void {
  if (!text.isWellFormed()) throw invalid('a lone surrogate is no character');
}

function invalid(what: string): BytesError {
  return new BytesError('JSON_INVALID', `not JSON as it is read here: ${what}`);
}
