/**
 * Files that are read together, and whether one of them has changed since: by what they hold, not by their dates. Why a
 * file cannot be read and a folder's list of names count as content too. So that a file that was mistaken for another takes
 * neither the memory nor the time of whoever answers people meanwhile, they are bounded, all of them together.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex, type Hex } from '../core/bytes/hex.ts';
import { fromUtf8, toUtf8 } from '../core/bytes/utf8.ts';
import type { Crypto } from '../core/crypto.ts';
import { readAtMost } from './files.ts';

/** More below one folder is no folder of rules. */
const MAX_FILES = 10_000;
/** The largest lists of signers that are published have a few megabytes. */
export const MAX_READ_BYTES: number = 16 * 1024 * 1024;

/** What was read, by what was asked for. */
export type ReadContents = ReadonlyMap<string, Uint8Array>;

export class FileReads {
  readonly #crypto: Pick<Crypto, 'sha256'>;
  readonly #held: ReadContents;
  /** Digest of what was read, or why it was not, by what was asked for. */
  readonly #seen = new Map<string, Attempt & { readonly again: () => Promise<Uint8Array> }>();
  #leftBytes = MAX_READ_BYTES;

  /** @param held what another has read: taken instead of what the files hold, until they are read once more */
  constructor(crypto: Pick<Crypto, 'sha256'>, held: ReadContents = new Map()) {
    this.#crypto = crypto;
    this.#held = held;
  }

  /**
   * Rejects as `readFile` does, and with `FILE_TOO_LARGE` when all that was read is more than may be. One at a time: each
   * may read what those before it have left.
   */
  async read(path: string): Promise<Uint8Array> {
    const maxBytes = this.#leftBytes;
    const bytes = await this.#note(`file ${path}`, () => readAtMost(path, maxBytes));
    this.#leftBytes -= bytes.length;
    return bytes;
  }

  /** The files below a folder, at any depth, in order; `undefined` when it is none. */
  async filesIn(path: string): Promise<readonly string[] | undefined> {
    const list = await this.#note(`folder ${path}`, async () =>
      toUtf8(JSON.stringify((await namesIn(path)) ?? null)),
    );
    // Written above, here or by whom we hold it from.
    const names = JSON.parse(fromUtf8(list) ?? 'null') as readonly string[] | null;
    return names?.map((name) => join(path, name));
  }

  /** One digest over all that was read. */
  get digest(): Hex {
    const lines = Array.from(this.#seen, ([what, { digest }]) => `${digest} ${what}\n`);
    return toHex(this.#crypto.sha256(toUtf8(lines.toSorted().join(''))));
  }

  /** All that could be read. */
  get contents(): ReadContents {
    return new Map(
      [...this.#seen].flatMap(([what, { bytes }]) => (bytes === undefined ? [] : [[what, bytes]])),
    );
  }

  /** Reads everything once more. */
  async hasChanged(): Promise<boolean> {
    for (const { again, digest } of this.#seen.values()) {
      if ((await this.#digestOf(again)).digest !== digest) return true;
    }
    return false;
  }

  async #note(what: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const held = this.#held.get(what);
    const first = await this.#digestOf(held === undefined ? read : () => Promise.resolve(held));
    this.#seen.set(what, { ...first, again: read });
    if (first.bytes === undefined) throw first.error;
    return first.bytes;
  }

  async #digestOf(read: () => Promise<Uint8Array>): Promise<Attempt> {
    try {
      const bytes = await read();
      return { bytes, digest: toHex(this.#crypto.sha256(bytes)) };
    } catch (error) {
      return { error, digest: `unread ${codeOf(error)}` };
    }
  }
}

interface Attempt {
  readonly digest: Hex | Unread;
  readonly bytes?: Uint8Array;
  readonly error?: unknown;
}

/** With the code of the error: a file that is too large today may have been absent yesterday. */
type Unread = `unread ${string}`;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}

async function namesIn(path: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    if (files.length > MAX_FILES) throw new Error(`more than ${MAX_FILES} files in a folder of rules`);
    return files.map(({ name, parentPath }) => join(parentPath, name).slice(path.length + 1)).toSorted();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTDIR' || code === 'ENOENT') return undefined;
    throw error;
  }
}
