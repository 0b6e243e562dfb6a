/**
 * A value read from files that operators replace while we run. What cannot be taken is refused by name and told once;
 * the last good value stays in use, and says since when. Files are compared by what they hold, and a change that was
 * refused is not tried again until it changes once more, or until what it was refused for may have passed.
 */
import { basename } from 'node:path';
import type { Hex } from '../core/bytes/hex.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import { FileReads } from '../service/file-reads.ts';
import type { Log } from '../service/logging.ts';

export interface KeptOptions<T> {
  /** Of a file, or of something that is no file. */
  readonly name: string;
  readonly load: (reads: FileReads, nowSeconds: number) => Promise<T>;
  /** Whether what is refused with this code may be taken later though its files stay as they are. */
  readonly mayPass?: (code: string) => boolean;
}

export interface KeptDeps {
  readonly crypto: Pick<Crypto, 'sha256'>;
  readonly log: Log;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

export interface Refusal {
  /** Stable. */
  readonly code: string;
  /** Names the entry, the field or the file; of our own errors only. */
  readonly problem: string;
  readonly sinceSeconds: number;
}

interface Good<T> {
  readonly value: T;
  /** Over all the files that it was read from. */
  readonly digest: Hex;
  readonly loadedAtSeconds: number;
}

export class Kept<T> {
  /** A path without its folders. */
  readonly name: string;
  readonly #options: KeptOptions<T>;
  readonly #deps: KeptDeps;
  #good: Good<T> | undefined;
  #refusal: Refusal | undefined;
  /** What the last attempt read, good or not. */
  #reads: FileReads | undefined;

  constructor(options: KeptOptions<T>, deps: KeptDeps) {
    this.name = basename(options.name);
    this.#options = options;
    this.#deps = deps;
  }

  /** The last good one; `undefined` before the first. */
  get good(): Good<T> | undefined {
    return this.#good;
  }

  /** Why what the files hold now is not in use; `undefined` when it is. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** Reads the files if they have changed. Never rejects. Not while another look is under way. */
  async look(): Promise<void> {
    try {
      if (this.#reads !== undefined && !this.#isPassing() && !(await this.#reads.hasChanged())) return;
      await this.load();
    } catch {
      // Told by whoever refused it.
    }
  }

  #isPassing(): boolean {
    return this.#refusal !== undefined && this.#options.mayPass?.(this.#refusal.code) === true;
  }

  /** Reads the files. Rejects with why they are refused; what was good stays. */
  async load(): Promise<void> {
    const { log, nowSeconds } = this.#deps;
    const before = this.#reads;
    const reads = new FileReads(this.#deps.crypto);
    this.#reads = reads;
    try {
      const value = await this.#options.load(reads, nowSeconds());
      this.#good = { value, digest: reads.digest, loadedAtSeconds: nowSeconds() };
      this.#refusal = undefined;
      log.info({}, `${this.name} is in use`);
    } catch (err) {
      const code = err instanceof HclError ? err.code : 'UNKNOWN';
      const problem = err instanceof HclError ? err.message : 'it cannot be read';
      if (this.#refusal?.code === code && before?.digest === reads.digest) throw err; // told already
      this.#refusal = { code, problem, sinceSeconds: nowSeconds() };
      log.warn(
        { code, err },
        `${this.name} is refused; ${this.#good === undefined ? 'there is none' : 'the last good one stays'}`,
      );
      throw err;
    }
  }
}
