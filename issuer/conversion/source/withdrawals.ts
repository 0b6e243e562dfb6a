/** Consents that are taken back: their credentials are erased and revoked, and where one was not spent yet, it never is. */
import { WriteBatch } from '../../../service/store.ts';
import { ownSeconds } from '../house-time.ts';
import type { SourceState, StateCounts } from '../state-counts.ts';
import { Todo } from '../todo.ts';
import type { SourceAnswers } from './answers.ts';
import { stateOf, type SourceHouse } from './entry.ts';

export class Withdrawals {
  readonly #house: SourceHouse;
  readonly #answers: SourceAnswers;
  readonly #counts: StateCounts<SourceState>;
  readonly #todo: Todo;
  /** Withdrawn ones whose erasure may have been cut short. */
  readonly #toErase = new Set<number>();

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
    for await (const number of this.#todo.numbers()) this.#toErase.add(number);
  }

  has(number: number): boolean {
    return this.#toErase.has(number);
  }

  /** Again: nothing more. In turn with the queue and with answers. */
  async withdraw(number: number): Promise<void> {
    await this.#house.passing.run(() => this.#write(number));
    this.#toErase.add(number);
    await this.#erase(number);
  }

  /** Finishes what was cut short. */
  async settle(): Promise<void> {
    for (const number of this.#toErase) await this.#erase(number);
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

  async #erase(number: number): Promise<void> {
    const { entries, erase, store } = this.#house;
    await erase((await entries.get(number)).recordId);
    const batch = new WriteBatch();
    this.#todo.done(batch, number);
    await store.commit(batch);
    this.#toErase.delete(number);
  }
}
