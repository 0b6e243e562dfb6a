/**
 * What targets may still say of our conversions: of each, the three values that an acknowledgement of it can be. They are
 * looked for here, in what is read of the ledger: whoever asked a node for one of them would tell it which values are no
 * padding, and which conversion they are of.
 */
import { acknowledgementOf, DECISIONS, type Decision } from '../../core/conversion/acknowledgement.ts';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import type { Crypto } from '../../core/crypto.ts';

export interface Awaited {
  readonly number: number;
  /** As the ledger names it. */
  readonly target: Hex;
  /** See {@link answersOf}. */
  readonly answers: readonly Hex[];
  /** From then on nobody answers any more. */
  readonly untilSeconds: number;
}

export interface Answer {
  readonly number: number;
  readonly target: Hex;
  readonly decision: Decision;
  /** The value that says so on the ledger. */
  readonly acknowledgement: Hex;
}

/** In the order of the decisions. @param jti of the conversion credential */
export function answersOf(crypto: Pick<Crypto, 'sha256'>, jti: string): readonly Hex[] {
  return DECISIONS.map((decision) => toHex(acknowledgementOf(crypto, jti, decision)));
}

/** As many as a batch of a target's holds. */
const NOTED_AT_ONCE = 256;

export class AwaitedAnswers {
  readonly #awaited = new Map<number, Awaited>();
  readonly #answers = new Map<Hex, Answer>();
  /** Oldest first. */
  readonly #heard: Answer[] = [];

  /** Of the conversions that wait for an answer. */
  numbers(): readonly number[] {
    return [...this.#awaited.keys()];
  }

  add(awaited: Awaited): void {
    const { answers, number, target } = awaited;
    this.#awaited.set(number, awaited);
    for (const [i, decision] of DECISIONS.entries()) {
      const acknowledgement = answers[i];
      if (acknowledgement !== undefined)
        this.#answers.set(acknowledgement, { number, target, decision, acknowledgement });
    }
  }

  drop(number: number): void {
    for (const answer of this.#awaited.get(number)?.answers ?? []) this.#answers.delete(answer);
    this.#awaited.delete(number);
  }

  dropEnded(nowSeconds: number): void {
    for (const { number, untilSeconds } of this.#awaited.values()) {
      if (untilSeconds <= nowSeconds) this.drop(number);
    }
  }

  /** A batch of a target's was read. */
  hear(target: Hex, values: readonly Hex[]): void {
    for (const value of values) {
      const answer = this.#answers.get(value);
      if (answer?.target === target) this.#heard.push(answer);
    }
  }

  /** Hands the answers that were heard to `note`, some hundred at once; what it rejects comes again. */
  async noteHeard(note: (answers: readonly Answer[]) => Promise<void>): Promise<void> {
    while (this.#heard.length > 0) {
      const heard = this.#heard.slice(0, NOTED_AT_ONCE);
      await note(heard.filter(({ number }) => this.#awaited.has(number)));
      this.#heard.splice(0, heard.length);
    }
  }
}
