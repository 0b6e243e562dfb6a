/**
 * The operator's file of foreign signers, as a running issuer uses it: read again when it, or a file that it names, was
 * changed, and the last good one kept when what stands there now is not. Its own `validUntil` ends even that.
 */
import { dirname, resolve } from 'node:path';
import type { Crypto } from '../../core/crypto.ts';
import type { ForeignTrust } from '../../core/foreign/foreign-trust.ts';
import { parseForeignTrust } from '../../core/foreign/parse-trust.ts';
import type { Clock } from '../../service/clock.ts';
import { FileReads } from '../../service/file-reads.ts';
import type { Log } from '../../service/logging.ts';

export interface PinnedTrustDependencies {
  readonly crypto: Crypto;
  readonly now: Clock;
  readonly log: Log;
}

export class PinnedTrust {
  readonly #path: string | undefined;
  readonly #deps: PinnedTrustDependencies;
  #trust: ForeignTrust = {};
  /** Of the list in use. */
  #reads: FileReads | undefined;

  private constructor(path: string | undefined, deps: PinnedTrustDependencies) {
    this.#path = path;
    this.#deps = deps;
  }

  /** Throws `TRUST_LIST_…`, and what reading throws: an issuer does not start on a list that is none. */
  static async open(path: string | undefined, deps: PinnedTrustDependencies): Promise<PinnedTrust> {
    const pinned = new PinnedTrust(path, deps);
    await pinned.#read();
    return pinned;
  }

  /** The list as it is now, or was when it was good last. */
  async current(): Promise<ForeignTrust> {
    try {
      await this.#read();
    } catch (error) {
      this.#deps.log.error(
        { err: error },
        'the list of foreign signers cannot be read, the former one is kept',
      );
    }
    return this.#trust;
  }

  async #read(): Promise<void> {
    const path = this.#path;
    if (path === undefined || (await this.#reads?.hasChanged()) === false) return;
    const { crypto, now } = this.#deps;
    const reads = new FileReads(crypto);
    const readBeside = (name: string): Promise<Uint8Array> => reads.read(resolve(dirname(path), name));
    const sources = { nowSeconds: Math.floor(now() / 1000), readFile: readBeside };
    this.#trust = await parseForeignTrust(crypto, await reads.read(path), sources);
    this.#reads = reads;
  }
}
