/**
 * Finishes records (`finish.ts`): a handful at once, many in pieces, most of them by a thread beside, so that signing
 * and encrypting goes on while the next chunk is drawn up. What the thread has no time for is finished here, piece
 * by piece, between other work.
 *
 * The thread starts when it is first needed. One that dies fails what it was asked for; the next piece starts
 * another.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { finisherClosed } from './finisher-closed.ts';
import { finishRecord, type FinishedRecord, type FinishingParts, type UnsignedRecord } from './finish.ts';
import type { FinishingSecrets } from './finishing-parts.ts';
import { FinishingThread } from './finishing-thread.ts';

/** So many are finished here: asking the thread would take longer. */
const A_HANDFUL = 16;
/** Some milliseconds of work. */
const PIECE_RECORDS = 50;
/** Pieces that wait before one is finished here: this thread has better to do as long as the other keeps up. */
const BACKLOG = 6;
/** Pieces that the thread has at hand, so that it never waits for the next. */
const PIECES_AT_HAND = 2;

interface Piece {
  readonly records: readonly UnsignedRecord[];
  readonly finished: PromiseWithResolvers<readonly FinishedRecord[]>;
}

export class Finisher implements AsyncDisposable {
  #secrets: FinishingSecrets;
  readonly #parts: FinishingParts;
  readonly #waiting: Piece[] = [];
  #thread: FinishingThread | undefined;
  #isHelping = false;
  #isClosed = false;

  constructor(secrets: FinishingSecrets, parts: FinishingParts) {
    this.#secrets = secrets;
    this.#parts = parts;
  }

  /** In the order of the records. Throws `STORE_FAILED` once it is closed, as what it was asked for before then does. */
  async finish(records: readonly UnsignedRecord[]): Promise<readonly FinishedRecord[]> {
    if (this.#isClosed) throw finisherClosed();
    if (records.length <= A_HANDFUL) return this.#finishHere(records);
    const pieces: Piece[] = [];
    for (let from = 0; from < records.length; from += PIECE_RECORDS) {
      const part = records.slice(from, from + PIECE_RECORDS);
      pieces.push({ records: part, finished: Promise.withResolvers() });
    }
    this.#waiting.push(...pieces);
    this.#feedThread();
    void this.#help();
    return (await Promise.all(pieces.map(({ finished }) => finished.promise))).flat();
  }

  /** The thread seals with these from now on; what it has at hand comes under the former ones. */
  useKeys(keyEncryption: FinishingSecrets['keyEncryption']): void {
    this.#secrets = { ...this.#secrets, keyEncryption };
    this.#thread?.retire();
    this.#thread = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    // What still waits will never be stored; without this the end of the thread would start another.
    for (const { finished } of this.#waiting.splice(0)) finished.reject(finisherClosed());
    await this.#thread?.end();
  }

  #finishHere(records: readonly UnsignedRecord[]): readonly FinishedRecord[] {
    return records.map((record) => finishRecord(record, this.#parts));
  }

  #feedThread(): void {
    while (this.#waiting.length > 0) {
      if (this.#thread?.isAlive !== true) this.#thread = new FinishingThread(this.#secrets);
      if (this.#thread.atHand >= PIECES_AT_HAND) return;
      // There is one.
      const { records, finished } = this.#waiting.shift()!;
      this.#thread
        .finish(records)
        .then(finished.resolve, (error: unknown) =>
          finished.reject(this.#isClosed ? finisherClosed() : error),
        )
        .finally(() => this.#feedThread());
    }
  }

  /** Takes what waits longest to be asked for: the last pieces. */
  async #help(): Promise<void> {
    if (this.#isHelping) return;
    this.#isHelping = true;
    for (;;) {
      await nextTurn();
      const piece = this.#waiting.length > BACKLOG ? this.#waiting.pop() : undefined;
      if (piece === undefined) break;
      try {
        piece.finished.resolve(this.#finishHere(piece.records));
      } catch (error) {
        piece.finished.reject(error);
      }
    }
    this.#isHelping = false;
  }
}
