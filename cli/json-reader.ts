/**
 * Reads a small configuration file strictly: each getter names the field it misses. Files are written by
 * this project, so a mismatch is a damaged or foreign file, never something to repair.
 */
import { CliError } from './errors.ts';

export interface JsonReader {
  /** Refuses every field that is not in `names`. */
  only(names: readonly string[]): void;
  optional(name: string): boolean;
  text(name: string): string;
  integer(name: string): number;
  boolean(name: string): boolean;
  /** An absolute `http:` or `https:` URL, without a trailing slash. */
  httpUrl(name: string): string;
  list(name: string): readonly JsonReader[];
  fail(name: string, problem: string): never;
}

/** Throws `CLI_FILE_INVALID` unless `text` is one JSON object. @param label how errors call the file */
export function jsonReader(text: string, label: string): JsonReader {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('CLI_FILE_INVALID', `${label} is not JSON`, { cause });
  }
  return readerOf(value, label);
}

function readerOf(value: unknown, label: string): JsonReader {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CliError('CLI_FILE_INVALID', `${label} is not an object`);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const fail = (name: string, problem: string): never => {
    throw new CliError('CLI_FILE_INVALID', `${label}: ${name} ${problem}`);
  };
  const text = (name: string): string => {
    const found = fields.get(name);
    return typeof found === 'string' && found !== '' ? found : fail(name, 'is not a text');
  };
  return {
    fail,
    text,
    only(names) {
      for (const name of fields.keys()) if (!names.includes(name)) fail(name, 'is not known');
    },
    optional: (name) => fields.has(name),
    integer(name) {
      const found = fields.get(name);
      return typeof found === 'number' && Number.isSafeInteger(found)
        ? found
        : fail(name, 'is not a whole number');
    },
    boolean(name) {
      const found = fields.get(name);
      return typeof found === 'boolean' ? found : fail(name, 'is neither true nor false');
    },
    httpUrl(name) {
      const url = URL.parse(text(name));
      if (url === null || !/^https?:$/.test(url.protocol)) return fail(name, 'is not an http URL');
      return url.href.replace(/\/$/, '');
    },
    list(name) {
      const found = fields.get(name);
      if (!Array.isArray(found)) return fail(name, 'is not a list');
      return found.map((item: unknown, index) => readerOf(item, `${label}: ${name}[${index}]`));
    },
  };
}
