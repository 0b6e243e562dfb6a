/**
 * JSON from outside: strict UTF-8, bounded in size and depth before anything is built. Members are read by
 * `Object.hasOwn` only, so that a `__proto__` in the text is a name like any other.
 */
import { fromUtf8 } from '../../core/bytes/utf8.ts';
import { validateRecord } from '../../core/record/validate.ts';
import { readAll } from './bytes.ts';
import {
  refusedRow,
  type Bytes,
  type IntakeLimits,
  type IntakeOptions,
  type IntakeProblemCode,
  type IntakeRow,
} from './row.ts';

export type JsonDocument = { readonly value: unknown } | { readonly refused: IntakeRow };

/** One record of our own model or an array of them; row = place in the array, from 1. */
export async function* readJson(body: Bytes, options: IntakeOptions): AsyncGenerator<IntakeRow> {
  const document = await parseJsonDocument(body, options.limits);
  if ('refused' in document) {
    yield document.refused;
    return;
  }
  const values: readonly unknown[] = Array.isArray(document.value) ? document.value : [document.value];
  if (values.length === 0) yield refusedRow(0, '', 'INTAKE_NOTHING_TO_ISSUE', 'is an empty list');
  for (const [index, value] of values.entries()) {
    yield { row: index + 1, ...validateRecord(value, options) };
  }
}

export async function parseJsonDocument(body: Bytes, limits: IntakeLimits): Promise<JsonDocument> {
  const bytes = await readAll(body, limits.maxDocumentBytes);
  if (bytes !== undefined) return parseJson(bytes, limits, 0);
  const reason = `is longer than ${limits.maxDocumentBytes} bytes`;
  return { refused: refusedRow(0, '', 'INTAKE_TOO_LARGE', reason) };
}

/** @param row where the bytes stand in the file; 0 is all of it */
export function parseJson(bytes: Uint8Array, limits: IntakeLimits, row: number): JsonDocument {
  const refused = (code: IntakeProblemCode, reason: string): JsonDocument => ({
    refused: refusedRow(row, '', code, reason),
  });
  const text = fromUtf8(bytes);
  if (text === undefined) return refused('INTAKE_NOT_UTF8', 'is not UTF-8');
  const excess = excessOf(bytes, limits);
  if (excess === 'depth')
    return refused('INTAKE_JSON_TOO_DEEP', `nests deeper than ${limits.maxDepth} levels`);
  if (excess === 'values') return refused('INTAKE_TOO_LARGE', `has more than ${limits.maxValues} values`);
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return refused('INTAKE_JSON_INVALID', 'is not JSON');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Counts brackets and commas outside of strings; on text that is no JSON the answer may be wrong either way. Every
 * value but the first comes after a bracket or a comma.
 */
function excessOf(bytes: Uint8Array, { maxDepth, maxValues }: IntakeLimits): 'depth' | 'values' | undefined {
  let depth = 0;
  let values = 1;
  let isInText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isInText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isInText = false;
    } else if (byte === QUOTE) {
      isInText = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth++;
      values++;
      if (depth > maxDepth) return 'depth';
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
    } else if (byte === COMMA) {
      values++;
    }
    if (values > maxValues) return 'values';
  }
  return undefined;
}
