/**
 * A value read from files that operators replace while we run. What cannot be taken is refused by name and told once;
 * the last good value stays in use, and says since when. Files are compared by what they hold, and a change that was
 * refused is not tried again until it changes once more, unless what it was refused for may pass by itself. A value that
 * only waits for that is in use, refused as it is, where there never was a good one: there is nothing else to use.
 */
import { basename } from 'node:path';
import type { Hex } from '../core/bytes/hex.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import { FileReads, type ReadContents } from '../service/file-reads.ts';
import type { Log } from '../service/logging.ts';

export interface KeptOptions<T> {
  /** Of a file, or of something that is no file. */
  readonly name: string;
  readonly load: (reads: FileReads, nowSeconds: number) => Promise<T>;
  /**
   * Throws why a value that can be read may not be used as yet. Asked again with each look, though the files stay as they
   * are. Who uses the value must bear one that was never admitted.
   */
  readonly admit?: (value: T, nowSeconds: number) => void;
  /** Of the files as another has taken them: loaded first, whatever they hold by now. */
  readonly held?: ReadContents | undefined;
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
  readonly contents: ReadContents;
  readonly loadedAtSeconds: number;
}

export class Kept<T> {
  /** As it was given. */
  readonly path: string;
  /** A path without its folders. */
  readonly name: string;
  readonly #options: KeptOptions<T>;
  readonly #deps: KeptDeps;
  #good: Good<T> | undefined;
  /** Whether `#good` is; else it stands in for one. */
  #isAdmitted = false;
  #refusal: Refusal | undefined;
  /** Whether what was read last only has to be admitted. */
  #isWaiting = false;
  /** What the last attempt read, good or not. */
  #reads: FileReads | undefined;

  constructor(options: KeptOptions<T>, deps: KeptDeps) {
    this.path = options.name;
    this.name = basename(options.name);
    this.#options = options;
    this.#deps = deps;
  }

  /** The last good one; before the first, the last that waits to be admitted, or `undefined`. */
  get good(): Good<T> | undefined {
    return this.#good;
  }

  /** Why what the files hold now is not good; `undefined` when it is. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** Reads the files if they have changed. Never rejects. Not while another look is under way. */
  async look(): Promise<void> {
    try {
      if (this.#reads !== undefined && !this.#isWaiting && !(await this.#reads.hasChanged())) return;
      await this.load();
    } catch {
      // Told by whoever refused it.
    }
  }

  /** Reads the files. Rejects with why they cannot be taken; what was good stays. What waits to be admitted is no reason. */
  async load(): Promise<void> {
    const { crypto, log, nowSeconds } = this.#deps;
    const before = this.#reads?.digest;
    const reads = new FileReads(crypto, before === undefined ? this.#options.held : undefined);
    this.#reads = reads;
    this.#isWaiting = false;
    let read: Good<T> | undefined;
    try {
      const value = await this.#options.load(reads, nowSeconds());
      const { contents, digest } = reads;
      read = { value, digest, contents, loadedAtSeconds: nowSeconds() };
      this.#options.admit?.(value, nowSeconds());
      this.#good = read;
      this.#isAdmitted = true;
      this.#refusal = undefined;
      log.info({}, `${this.name} is in use`);
    } catch (err) {
      this.#isWaiting = read !== undefined;
      if (!this.#isAdmitted && read !== undefined && read.digest !== this.#good?.digest) this.#good = read;
      this.#refuse(err, { isSame: before === reads.digest });
      if (read === undefined) throw err;
    }
  }

  /** Tells it once. */
  #refuse(err: unknown, { isSame }: { readonly isSame: boolean }): void {
    const code = err instanceof HclError ? err.code : 'UNKNOWN';
    if (this.#refusal?.code === code && isSame) return;
    const problem = err instanceof HclError ? err.message : 'it cannot be read';
    this.#refusal = { code, problem, sinceSeconds: this.#deps.nowSeconds() };
    const instead = this.#isAdmitted ? 'the last good one stays' : 'there is none';
    this.#deps.log.warn({ code, err }, `${this.name} is refused; ${instead}`);
  }
}
