/**
 * Everything a subcommand reaches outside itself: streams, clock, environment, network. Tests pass their own.
 */
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Readable, Writable } from 'node:stream';

export interface Output {
  /** Writes `text` and waits while the reader is slower than we are. */
  write(text: string): Promise<void>;
  /** Whether a person is looking; false for files and pipes. */
  readonly isTerminal: boolean;
  /** Terminal, and `NO_COLOR` unset (no-color.org). */
  readonly colour: boolean;
  readonly columns: number;
}

export interface Io {
  readonly stdin: Readable;
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  /** Unix seconds. */
  nowSeconds(): number;
}

const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE_COLUMNS = 80;

/** Where the running consortium keeps its state: `HCL_DATA`, or `data/demo` in the project. */
export function dataFolderOf(io: Io): string {
  const chosen = io.env['HCL_DATA'];
  return chosen === undefined || chosen === '' ? join(PROJECT_ROOT, 'data', 'demo') : resolvePath(io, chosen);
}

/** A path as the person meant it: npm moves to the project's root and keeps their folder in `INIT_CWD`. */
export function resolvePath(io: Io, path: string): string {
  const fromNpm = io.env['npm_lifecycle_event'] === 'hcl' ? io.env['INIT_CWD'] : undefined;
  return resolve(fromNpm ?? process.cwd(), path);
}

/** The real streams, clock and network of this process. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    out: toOutput(process.stdout, process.env),
    err: toOutput(process.stderr, process.env),
    env: process.env,
    fetch: globalThis.fetch,
    nowSeconds: () => Math.floor(Date.now() / 1000),
  };
}

/** @param stream a terminal's stream says so with `isTTY` */
export function toOutput(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
  env: Io['env'],
): Output {
  const isTerminal = stream.isTTY === true;
  const noColour = env['NO_COLOR'];
  return {
    isTerminal,
    colour: isTerminal && (noColour === undefined || noColour === ''),
    columns: Math.max(40, Math.min(stream.columns ?? PAGE_COLUMNS, PAGE_COLUMNS)),
    async write(text) {
      if (!stream.write(text)) await once(stream, 'drain');
    },
  };
}
