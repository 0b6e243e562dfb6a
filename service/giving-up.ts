/**
 * Ends what is given up, a few in each turn of the event loop: clients that are no use come by the thousand and are due
 * together, and whoever asks something meanwhile would wait for all of them.
 */
const AT_ONCE = 4;

export class GivingUp {
  readonly #due: (() => void)[] = [];
  #isAtWork = false;

  /** Calls `end` soon, in the order in which it is told. */
  add(end: () => void): void {
    this.#due.push(end);
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    setImmediate(() => this.#endSome());
  }

  #endSome(): void {
    for (const end of this.#due.splice(0, AT_ONCE)) end();
    this.#isAtWork = this.#due.length > 0;
    if (this.#isAtWork) setImmediate(() => this.#endSome());
  }
}
