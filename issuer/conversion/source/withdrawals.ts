/**
 * Consents that are taken back: their credentials are erased and revoked, and where one was not spent yet, it never is. One
 * that cannot be erased now, for a legal hold or since its person's file does not open, is tried again and holds up no other.
 */
import { HclError } from '../../../core/errors.ts';
import { StoreError, WriteBatch } from '../../../service/store.ts';
import { ownSeconds } from '../house-time.ts';
import type { SourceState, StateCounts } from '../state-counts.ts';
import { Todo } from '../todo.ts';
import type { SourceAnswers } from './answers.ts';
import { stateOf, type SourceHouse } from './entry.ts';

const PAUSE_MS = 30_000;

export class Withdrawals {
  readonly #house: SourceHouse;
  readonly #answers: SourceAnswers;
  readonly #counts: StateCounts<SourceState>;
  readonly #todo: Todo;
  /** Withdrawn ones whose erasure may have been cut short, and when each is tried again, in the clock's milliseconds. */
  readonly #toErase = new Map<number, number>();

  constructor(
    house: SourceHouse,
    { answers, counts }: { readonly answers: SourceAnswers; readonly counts: StateCounts<SourceState> },
  ) {
    this.#house = house;
    this.#answers = answers;
    this.#counts = counts;
    this.#todo = new Todo(house.tables, 'erasure');
  }

  /** Those that were begun when the service ended: who knows how far they came. */
  async resume(): Promise<void> {
    for await (const number of this.#todo.numbers()) this.#toErase.set(number, 0);
  }

  has(number: number): boolean {
    return this.#toErase.has(number);
  }

  /** Again: nothing more. In turn with the queue and with answers. */
  async withdraw(number: number): Promise<void> {
    await this.#house.passing.run(() => this.#write(number));
    this.#toErase.set(number, 0);
    await this.#eraseOrWait(number);
  }

  /** Finishes what was cut short. */
  async settle(): Promise<void> {
    const nowMs = this.#house.now();
    for (const [number, dueMs] of this.#toErase) if (dueMs <= nowMs) await this.#eraseOrWait(number);
  }

  async #write(number: number): Promise<void> {
    const { entries, queue, receipts, store } = this.#house;
    const entry = await entries.get(number);
    if (entry.withdrawnAtSeconds !== undefined) return;
    const batch = new WriteBatch();
    const queued = { side: 'spent', peer: entry.target, number } as const;
    await queue.remove(batch, queued);
    const answers = await this.#answers.valuesOf(entry);
    const withdrawnAtSeconds = ownSeconds(this.#house);
    const move = { from: stateOf(entry), to: 'withdrawn' } as const;
    entries.put(batch, number, { ...entry, answers, withdrawnAtSeconds });
    this.#counts.write(batch, number, move);
    this.#todo.add(batch, number);
    receipts.delete(batch, number);
    // Commit point: from here on the credential is handed to nobody; what is left of it goes with the erasure that
    // follows, or with the next pass.
    await store.commit(batch);
    // Staged or not: nobody waits for it any more.
    queue.removed(queued);
    this.#counts.moved(move);
  }

  async #eraseOrWait(number: number): Promise<void> {
    try {
      await this.#erase(number);
    } catch (err) {
      // A store that fails is not one person's.
      if (!(err instanceof HclError) || err instanceof StoreError) throw err;
      this.#toErase.set(number, this.#house.now() + PAUSE_MS);
      this.#house.log.error(
        { code: 'CONVERSION_NOT_ERASED', err },
        'a conversion that was withdrawn is not erased yet: it is tried again',
      );
    }
  }

  async #erase(number: number): Promise<void> {
    const { entries, erase, store } = this.#house;
    await erase((await entries.get(number)).recordId);
    const batch = new WriteBatch();
    this.#todo.done(batch, number);
    await store.commit(batch);
    this.#toErase.delete(number);
  }
}
