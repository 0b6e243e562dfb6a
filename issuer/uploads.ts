/**
 * The files that are being taken in, and the last ones that were: how far each is, for whoever watches. In memory
 * only: what a file came to is in the answer to its request, and what is stored of it does not depend on this.
 */
import type { Clock } from '../service/clock.ts';
import type { AnsweredChunk } from './row.ts';

/** `broken-off`: the file or its reader went away, or the issuer could not go on. */
export type UploadState = 'running' | 'done' | 'broken-off';

export interface Counts {
  readonly issued: number;
  readonly duplicates: number;
  readonly refused: number;
}

export interface Progress extends Counts {
  /** Rows answered. */
  readonly rows: number;
  /** Rows that an earlier attempt under the same idempotency key had stored: nothing was made for them now. */
  readonly resumed: number;
  /** Bytes of the file that were read; ahead of the rows by what is being worked on. */
  readonly bytes: number;
  /** Length of the file, when its sender said so. */
  readonly totalBytes?: number;
}

export interface UploadView extends Progress {
  /** Of the request. */
  readonly id: string;
  readonly state: UploadState;
  /** RFC 3339. */
  readonly startedAt: string;
}

export const NO_ROWS: Counts = { issued: 0, duplicates: 0, refused: 0 };
const MAX_KEPT = 100;

export class Upload {
  readonly #id: string;
  readonly #startedAtMs: number;
  readonly #totalBytes: number | undefined;
  #counts: Counts = NO_ROWS;
  #resumed = 0;
  #bytes = 0;
  state: UploadState = 'running';

  constructor(id: string, startedAtMs: number, totalBytes: number | undefined) {
    this.#id = id;
    this.#startedAtMs = startedAtMs;
    this.#totalBytes = totalBytes;
  }

  read(bytes: number): void {
    this.#bytes += bytes;
  }

  answered({ results, resumed }: AnsweredChunk): void {
    this.#resumed += resumed;
    const refused = results.filter((result) => 'problems' in result).length;
    const duplicates = results.filter((result) => 'duplicate' in result && result.duplicate).length;
    this.#counts = {
      issued: this.#counts.issued + results.length - refused - duplicates,
      duplicates: this.#counts.duplicates + duplicates,
      refused: this.#counts.refused + refused,
    };
  }

  get counts(): Counts {
    return this.#counts;
  }

  get progress(): Progress {
    const { issued, duplicates, refused } = this.#counts;
    return {
      rows: issued + duplicates + refused,
      ...this.#counts,
      resumed: this.#resumed,
      bytes: this.#bytes,
      ...(this.#totalBytes === undefined ? {} : { totalBytes: this.#totalBytes }),
    };
  }

  get view(): UploadView {
    const startedAt = new Date(this.#startedAtMs).toISOString();
    return { id: this.#id, state: this.state, startedAt, ...this.progress };
  }
}

export class Uploads {
  readonly #now: Clock;
  /** Oldest first. */
  readonly #uploads: Upload[] = [];

  constructor(now: Clock) {
    this.#now = now;
  }

  begin(id: string, totalBytes: number | undefined): Upload {
    const upload = new Upload(id, this.#now(), totalBytes);
    const oldest = this.#uploads.findIndex(({ state }) => state !== 'running');
    if (this.#uploads.length >= MAX_KEPT && oldest >= 0) this.#uploads.splice(oldest, 1);
    this.#uploads.push(upload);
    return upload;
  }

  /** Newest first. */
  list(): readonly UploadView[] {
    return this.#uploads.map((upload) => upload.view).toReversed();
  }
}
