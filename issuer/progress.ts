/**
 * Tells whoever waits that something has become final, so that they look again then, instead of asking over and over
 * (RFC 7240 §4.3, `Prefer: wait`).
 */
export interface WaitingTerms<Answer> {
  readonly isEnough: (answer: Answer) => boolean;
  /** Whether what was thrown may be cured by waiting; default: nothing. */
  readonly isEarly?: (error: unknown) => boolean;
  /** 0: it is asked once. */
  readonly waitMs: number;
}

/** Whoever comes beyond is answered at once: each looks again at every step. */
const MAX_WAITING = 500;

export class Progress {
  #next = Promise.withResolvers<undefined>();
  #waiting = 0;

  /** To be called when something may have become final. */
  made(): void {
    const reached = this.#next;
    this.#next = Promise.withResolvers();
    reached.resolve(undefined);
  }

  /**
   * Asks, and again after each step, until the answer is enough or the time is over: the last answer then, or what was
   * thrown last. An error ends it unless it `isEarly`.
   */
  async until<Answer>(ask: () => Promise<Answer>, terms: WaitingTerms<Answer>): Promise<Answer> {
    const { isEarly = () => false, isEnough, waitMs } = terms;
    const time = Promise.withResolvers<undefined>();
    let isOver = waitMs <= 0 || this.#waiting >= MAX_WAITING;
    const timer = setTimeout(() => {
      isOver = true;
      time.resolve(undefined);
    }, waitMs);
    this.#waiting++;
    try {
      for (;;) {
        // Taken before it is asked: what becomes final meanwhile is not missed.
        const next = this.#next.promise;
        try {
          const answer = await ask();
          if (isOver || isEnough(answer)) return answer;
        } catch (error) {
          if (isOver || !isEarly(error)) throw error;
        }
        await Promise.race([next, time.promise]);
      }
    } finally {
      this.#waiting--;
      clearTimeout(timer);
    }
  }
}
