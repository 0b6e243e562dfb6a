/**
 * The document in hand: a file with its machine-readable zone, or with what an officer typed, or a number alone.
 * A file keeps a person's name out of the list of processes.
 *
 *   { "number": "A123456(3)", "type": "HKID", "name": "CHAN, TAI MAN", "birth": "1980-01-01" }
 */
import { existsSync } from 'node:fs';
import { isJsonObject, parseStrictJsonText, type JsonObject } from '../core/bytes/strict-json.ts';
import { isDocumentType } from '../core/record/documents.ts';
import type { PresentedIdentity } from '../core/record/identity-match.ts';
import { isMrzLike, readMrz } from '../core/record/mrz.ts';
import { CliError, usageError } from './errors.ts';
import { resolvePath, type Io } from './io.ts';
import { readText } from './rules.ts';

const KNOWN: ReadonlySet<string> = new Set(['number', 'type', 'name', 'birth']);
const BIRTH = /^[\d?]{4}-[\d?]{2}-[\d?]{2}$/;

/** `undefined`: none was given. Throws `CLI_USAGE`, `CLI_FILE_INVALID`; no message repeats what was read. */
export async function readPresented(
  option: string | undefined,
  io: Io,
): Promise<PresentedIdentity | undefined> {
  if (option === undefined) return undefined;
  const path = resolvePath(io, option);
  if (existsSync(path)) return inText(await readText(path));
  if (/[/\\]|\.(?:txt|json|mrz)$/.test(option)) throw usageError('--document names a file that is not there');
  return isMrzLike(option) ? inZone(option.replaceAll(String.raw`\n`, '\n')) : { documentNumber: option };
}

function inText(text: string): PresentedIdentity {
  return text.trimStart().startsWith('{') ? inJson(text) : inZone(text);
}

function inZone(text: string): PresentedIdentity {
  const presented = readMrz(text);
  if (presented === undefined)
    throw invalid('is no machine-readable zone (3 lines of 30, 2 of 36 or 2 of 44)');
  return presented;
}

function inJson(text: string): PresentedIdentity {
  const { birth, name, number, type } = objectIn(text);
  const isType = type === undefined || (typeof type === 'string' && isDocumentType(type));
  if (!isType) throw invalid('has a type that is not known');
  if (birth !== undefined && !(typeof birth === 'string' && BIRTH.test(birth))) {
    throw invalid('has a birth that is not like 1980-01-31, with ? for digits that are not known');
  }
  for (const value of [name, number]) {
    if (value !== undefined && typeof value !== 'string')
      throw invalid('has a name or number that is not a text');
  }
  return {
    ...(typeof number === 'string' ? { documentNumber: number } : {}),
    ...(typeof type === 'string' && isDocumentType(type) ? { documentType: type } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof birth === 'string' ? { birth } : {}),
  };
}

function objectIn(text: string): JsonObject {
  let value: unknown;
  try {
    value = parseStrictJsonText(text);
  } catch (cause) {
    throw invalid('is not JSON', { cause });
  }
  const object = value as JsonObject; // of parseStrictJsonText
  if (!isJsonObject(object)) throw invalid('is not a JSON object');
  if (Object.keys(object).some((name) => !KNOWN.has(name))) {
    throw invalid(`has other members than ${[...KNOWN].join(', ')}`);
  }
  return object;
}

function invalid(problem: string, options?: ErrorOptions): CliError {
  return new CliError('CLI_FILE_INVALID', `--document ${problem}`, options);
}
