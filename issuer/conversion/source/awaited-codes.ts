/** Codes of which somebody waits for a conversion: who does is told at once when theirs ends, and not after their wait. */
interface Waiting {
  /** Of the code. */
  readonly recordId: string | undefined;
  hasEnded: boolean;
}

export class AwaitedCodes {
  readonly #waiting = new Set<Waiting>();

  /** Runs `wait` with a question: has the code of this record ended meanwhile? */
  async during<Result>(
    recordId: string | undefined,
    wait: (hasEnded: () => boolean) => Promise<Result>,
  ): Promise<Result> {
    const one = { recordId, hasEnded: false };
    this.#waiting.add(one);
    try {
      return await wait(() => one.hasEnded);
    } finally {
      this.#waiting.delete(one);
    }
  }

  end(recordIds: readonly string[]): void {
    for (const one of this.#waiting)
      if (one.recordId !== undefined && recordIds.includes(one.recordId)) one.hasEnded = true;
  }
}
