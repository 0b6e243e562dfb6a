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

  /** Hands each answer that was heard to `note`; one that it rejects comes again. */
  async noteHeard(note: (answer: Answer) => Promise<void>): Promise<void> {
    for (let answer = this.#heard[0]; answer !== undefined; answer = this.#heard[0]) {
      if (this.#awaited.has(answer.number)) await note(answer);
      this.#heard.shift();
    }
  }
}
