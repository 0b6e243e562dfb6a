/** What targets have said of our conversions, as it is read of the ledger, and what they have not. */
import type { Hex } from '../../../core/bytes/hex.ts';
import type { AnsweredNullifier } from '../../../core/conversion/acknowledgement.ts';
import { WriteBatch } from '../../../service/store.ts';
import { answersOf, AwaitedAnswers, type Answer } from '../awaited-answers.ts';
import { ownSeconds } from '../house-time.ts';
import { KEPT_SECONDS } from '../kept.ts';
import type { Move, SourceState, StateCounts } from '../state-counts.ts';
import { Todo } from '../todo.ts';
import { isAnswered, stateOf, type SourceEntry, type SourceHouse } from './entry.ts';

/** A conversion that nobody has answered yet. */
export interface OpenConversion {
  readonly number: number;
  readonly target: Hex;
  readonly ageSeconds: number;
  /** The credential is destroyed: nobody need answer it any more. */
  readonly isErased: boolean;
}

export class SourceAnswers {
  readonly #house: SourceHouse;
  readonly #counts: StateCounts<SourceState>;
  readonly #todo: Todo;
  /** Conversions that the target has not finally answered. */
  readonly #awaited = new AwaitedAnswers();

  constructor(house: SourceHouse, counts: StateCounts<SourceState>) {
    this.#house = house;
    this.#counts = counts;
    this.#todo = new Todo(house.tables, 'answer');
  }

  /** Waits again for what waited when the service ended. */
  async resume(): Promise<void> {
    for await (const number of this.#todo.numbers()) {
      const entry = await this.#house.entries.get(number);
      this.await(number, entry, await this.valuesOf(entry));
    }
  }

  /** Adds to what `batch` stores that an answer may come; call {@link await} once it is on the disk. */
  expect(batch: WriteBatch, number: number): void {
    this.#todo.add(batch, number);
  }

  /** @param answers by which the target may answer */
  await(number: number, { target, validUntilSeconds }: SourceEntry, answers: readonly Hex[]): void {
    this.#awaited.add({ number, target, answers, untilSeconds: validUntilSeconds + KEPT_SECONDS });
  }

  /** Adds to what `batch` stores that none is waited for any more. */
  drop(batch: WriteBatch, number: number): void {
    this.#todo.done(batch, number);
    this.#awaited.drop(number);
  }

  /** From now on what targets acknowledge is heard. */
  listen(): void {
    this.#house.ledger.onAcknowledged((target, values) => this.#awaited.hear(target, values));
  }

  /** Notes what was heard, and waits no longer for what nobody answers any more. */
  async settle(): Promise<void> {
    this.#awaited.dropEnded(ownSeconds(this.#house));
    await this.#awaited.noteHeard((answers) => this.#note(answers));
  }

  /** By what a target may answer. None where the record was erased before anybody withdrew: its holder alone reads it. */
  async valuesOf({ answers, recordId }: SourceEntry): Promise<readonly Hex[]> {
    if (answers !== undefined) return answers;
    const jti = await this.#house.handleOf(recordId);
    return jti === undefined ? [] : answersOf(this.#house.crypto, jti);
  }

  /** What was spent and not answered, oldest first, with how long it has been waiting. */
  async open(): Promise<readonly OpenConversion[]> {
    const found: OpenConversion[] = [];
    for await (const open of this.openOnes()) found.push(open);
    return found;
  }

  /** As {@link open}, one after the other: whoever asks for the oldest alone reads no others. */
  async *openOnes(): AsyncGenerator<OpenConversion, undefined> {
    const { entries, handleOf, queue } = this.#house;
    for (const number of this.#awaited.numbers()) {
      const { convertedAtSeconds, decision, recordId, target } = await entries.get(number);
      const isSpent = (await queue.sentIn('spent', number)) !== undefined;
      if (!isSpent || decision !== undefined) continue;
      const isErased = (await handleOf(recordId)) === undefined;
      yield { number, target, ageSeconds: ownSeconds(this.#house) - convertedAtSeconds, isErased };
    }
    return undefined;
  }

  /** What this target has answered, as the ledger holds both: its last word on each nullifier. */
  async of(target: Hex): Promise<readonly AnsweredNullifier[]> {
    const found: AnsweredNullifier[] = [];
    for await (const { entry } of this.#house.entries.all()) {
      const { nullifier, acknowledgement } = entry;
      if (entry.target === target && acknowledgement !== undefined)
        found.push({ nullifier, acknowledgement });
    }
    return found;
  }

  /** In one write. In turn with withdrawals: neither takes back what the other has written. */
  async #note(answers: readonly Answer[]): Promise<void> {
    const { passing, store } = this.#house;
    await passing.run(async () => {
      const batch = new WriteBatch();
      const moves: Move<SourceState>[] = [];
      // The target's two words on one conversion, the officer's being the second, may come together.
      const written = new Map<number, SourceEntry>();
      for (const answer of answers) {
        const entry = written.get(answer.number) ?? (await this.#house.entries.get(answer.number));
        const next = withAnswer(entry, answer);
        if (next === entry) continue;
        moves.push(this.#write(batch, answer.number, { entry, next }));
        written.set(answer.number, next);
      }
      if (moves.length === 0) return;
      await store.commit(batch);
      for (const move of moves) this.#counts.moved(move);
    });
    for (const { number, decision } of answers) if (isAnswered({ decision })) this.#awaited.drop(number);
  }

  #write(
    batch: WriteBatch,
    number: number,
    { entry, next }: { readonly entry: SourceEntry; readonly next: SourceEntry },
  ): Move<SourceState> {
    const move = { from: stateOf(entry), to: stateOf(next) };
    this.#house.entries.put(batch, number, next);
    this.#counts.write(batch, number, move);
    if (isAnswered(next)) this.#todo.done(batch, number);
    return move;
  }
}

/** The very entry where the answer says nothing new. */
function withAnswer(entry: SourceEntry, { decision, acknowledgement }: Answer): SourceEntry {
  if (isAnswered(entry) || decision === entry.decision) return entry;
  return { ...entry, decision, acknowledgement };
}
