/** Whether this issuer may go on. Once halted it stays so until a person has looked and started it again. */
import { IssuerError } from './errors.ts';

export class Gate {
  #halted: Error | undefined;

  get isOpen(): boolean {
    return this.#halted === undefined;
  }

  halt(reason: Error): void {
    this.#halted ??= reason;
  }

  /** Throws `ISSUER_HALTED`. */
  check(): void {
    if (this.#halted === undefined) return;
    throw new IssuerError('ISSUER_HALTED', 'store and ledger contradict each other', { cause: this.#halted });
  }
}
