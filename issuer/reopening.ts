/**
 * Something that a failure can spoil, and that is then closed and opened anew until it is good again: after a write
 * that failed nobody knows what is on the disk, so everything that was made from the store is thrown away and made
 * from it once more, by the same code as at a start. Until then nobody gets at it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../service/logging.ts';
import { StoreError } from '../service/store.ts';

export interface ReopeningOptions<Parts> {
  /** `onFailure` is to be called when what was opened is spoilt. */
  readonly open: (onFailure: () => void) => Promise<Parts>;
  /** As `open`, after a failure of those before; tried until it succeeds. */
  readonly reopen: (onFailure: () => void, before: Parts) => Promise<Parts>;
  readonly close: (parts: Parts) => Promise<void>;
  /** The new parts stand in for the ones before. */
  readonly onReopened: (parts: Parts, before: Parts) => void;
  readonly log: Log;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export class Reopening<Parts> {
  readonly #options: ReopeningOptions<Parts>;
  readonly #closing = new AbortController();
  /** Those that were opened last; they are good unless `#recovery` is under way. */
  #parts: Parts;
  #recovery: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: ReopeningOptions<Parts>, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Throws what the first opening throws. */
  static async open<Parts>(options: ReopeningOptions<Parts>): Promise<Reopening<Parts>> {
    let isSpoilt = false;
    let onFailure = (): void => void (isSpoilt = true);
    const parts = await options.open(() => onFailure());
    const reopening = new Reopening(options, parts);
    onFailure = () => reopening.#recover();
    if (isSpoilt) reopening.#recover();
    return reopening;
  }

  /** Throws `STORE_FAILED` while it is opened anew. */
  get current(): Parts {
    if (this.#recovery === undefined) return this.#parts;
    throw new StoreError('STORE_FAILED', 'a write failed: the store is being opened again');
  }

  /** What was opened last, good or not: for what no failure of the store can spoil. */
  get latest(): Parts {
    return this.#parts;
  }

  get isOpen(): boolean {
    return this.#recovery === undefined;
  }

  /** Resolves when it is good, or closed. */
  async settled(): Promise<void> {
    await this.#recovery;
  }

  /** Ends the recovery under way, if there is one, and closes what is open. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#recovery;
    if (!this.#isClosed) await this.#options.close(this.#parts);
    this.#isClosed = true;
  }

  #recover(): void {
    if (this.#closing.signal.aborted) return;
    this.#recovery ??= this.#closeAndOpen().finally(() => {
      this.#recovery = undefined;
    });
  }

  async #closeAndOpen(): Promise<void> {
    const { reopen, close, onReopened, log } = this.#options;
    log.error({}, 'a write to the store failed: opening it again');
    const before = this.#parts;
    await close(before).catch((err: unknown) => log.warn({ err }, 'the failed store did not close cleanly'));
    this.#isClosed = true;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      if (!(await this.#pause(pauseMs))) return;
      try {
        let isSpoilt = false;
        this.#parts = await reopen(() => {
          isSpoilt = true;
          // While this recovery runs it looks for itself; afterwards another one begins.
          this.#recover();
        }, before);
        this.#isClosed = false;
        if (!isSpoilt) {
          onReopened(this.#parts, before);
          log.warn({}, 'the store is open again');
          return;
        }
        await close(this.#parts);
        this.#isClosed = true;
      } catch (err) {
        log.error({ err }, 'the store does not open yet');
      }
    }
  }

  /** False when it is to be closed instead. */
  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#closing;
    return await delay(ms, true, { signal }).catch(() => false);
  }
}
