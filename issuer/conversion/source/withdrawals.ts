/** Consents that are taken back: their credentials are erased and revoked, and where one was not spent yet, it never is. */
import { WriteBatch } from '../../../service/store.ts';
import { ownSeconds } from '../house-time.ts';
import type { SourceState, StateCounts } from '../state-counts.ts';
import type { SourceAnswers } from './answers.ts';
import { stateOf, type SourceHouse } from './entry.ts';

export class Withdrawals {
  readonly #house: SourceHouse;
  readonly #answers: SourceAnswers;
  readonly #counts: StateCounts<SourceState>;
  /** Withdrawn ones whose erasure may have been cut short. */
  readonly #toErase = new Set<number>();

  constructor(
    house: SourceHouse,
    { answers, counts }: { readonly answers: SourceAnswers; readonly counts: StateCounts<SourceState> },
  ) {
    this.#house = house;
    this.#answers = answers;
    this.#counts = counts;
  }

  /** Withdrawn before the start: who knows how far it came. */
  add(number: number): void {
    this.#toErase.add(number);
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
    const { entries, queue, store } = this.#house;
    const entry = await entries.get(number);
    if (entry.withdrawnAtSeconds !== undefined) return;
    const batch = new WriteBatch();
    await queue.remove(batch, { side: 'spent', peer: entry.target, number });
    const answers = await this.#answers.valuesOf(entry);
    const withdrawnAtSeconds = ownSeconds(this.#house);
    entries.put(batch, number, { ...entry, answers, withdrawnAtSeconds });
    // Commit point: from here on the credential is handed to nobody; what is left of it goes with the erasure that
    // follows, or with the next pass.
    await store.commit(batch);
    this.#counts.move(stateOf(entry), 'withdrawn');
  }

  async #erase(number: number): Promise<void> {
    await this.#house.erase((await this.#house.entries.get(number)).recordId);
    this.#toErase.delete(number);
  }
}
