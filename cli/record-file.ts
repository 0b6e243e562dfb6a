/** A file of records on its way to an issuer: its media type, and its bytes without holding them in memory. */
import { openAsBlob } from 'node:fs';
import { extname } from 'node:path';
import { CliError, usageError } from './errors.ts';

/** As `--type` names them. */
export const RECORD_TYPES = {
  csv: 'text/csv',
  fhir: 'application/fhir+json',
  json: 'application/json',
  ndjson: 'application/fhir+ndjson',
} as const;

export type RecordType = keyof typeof RECORD_TYPES;

export interface RecordFile {
  readonly mediaType: (typeof RECORD_TYPES)[RecordType];
  readonly body: Blob;
}

/** Enough of a JSON file to tell a FHIR resource by its first members. */
const SNIFFED_BYTES = 4096;

/** @param type what the file is; without one its name and its first bytes tell. Throws `CLI_FILE_UNREADABLE`. */
export async function openRecordFile(path: string, type: RecordType | undefined): Promise<RecordFile> {
  let body: Blob;
  try {
    body = await openAsBlob(path);
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
  return { mediaType: RECORD_TYPES[type ?? (await typeOf(path, body))], body };
}

/** Throws `CLI_USAGE`. */
export function parseRecordType(text: string): RecordType {
  if (text === 'csv' || text === 'fhir' || text === 'json' || text === 'ndjson') return text;
  throw usageError(`--type is one of ${Object.keys(RECORD_TYPES).join(', ')}`);
}

async function typeOf(path: string, body: Blob): Promise<RecordType> {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.ndjson') return 'ndjson';
  const start = await body.slice(0, SNIFFED_BYTES).text();
  if (!/^[\s\ufeff]*[[{]/.test(start)) return 'csv';
  return /"resourceType"\s*:/.test(start) ? 'fhir' : 'json';
}
