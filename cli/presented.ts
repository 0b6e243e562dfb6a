/**
 * The document in hand: a file with its machine-readable zone, or with what an officer typed, or a number alone.
 * A file keeps a person's name out of the list of processes.
 *
 *   { "number": "A123456(3)", "type": "HKID", "name": "CHAN, TAI MAN", "birth": "1980-01-01" }
 */
import { existsSync } from 'node:fs';
import { isJsonObject, parseStrictJsonText, type JsonObject } from '../core/bytes/strict-json.ts';
import type { PresentedIdentity } from '../core/record/identity-match.ts';
import { isMrzLike } from '../core/record/mrz.ts';
import { PresentedError, presentedInZone, presentedOf } from '../core/record/presented.ts';
import { CliError, usageError } from './errors.ts';
import { resolvePath, type Io } from './io.ts';
import { readText } from './rules.ts';

const KNOWN: ReadonlySet<string> = new Set(['number', 'type', 'name', 'birth']);

/** `undefined`: none was given. Throws `CLI_USAGE`, `CLI_FILE_INVALID`; no message repeats what was read. */
export async function readPresented(
  option: string | undefined,
  io: Io,
): Promise<PresentedIdentity | undefined> {
  if (option === undefined) return undefined;
  const path = resolvePath(io, option);
  if (existsSync(path)) return orInvalid(await readText(path), inText);
  if (/[/\\]|\.(?:txt|json|mrz)$/.test(option)) throw usageError('--document names a file that is not there');
  return isMrzLike(option)
    ? orInvalid(option.replaceAll(String.raw`\n`, '\n'), presentedInZone)
    : { documentNumber: option };
}

function inText(text: string): PresentedIdentity {
  return text.trimStart().startsWith('{') ? presentedOf(objectIn(text)) : presentedInZone(text);
}

function orInvalid(text: string, read: (text: string) => PresentedIdentity): PresentedIdentity {
  try {
    return read(text);
  } catch (cause) {
    throw cause instanceof PresentedError ? invalid(cause.message, { cause }) : cause;
  }
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
