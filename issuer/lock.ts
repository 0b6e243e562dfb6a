/** Lets one caller in at a time, in the order they came. */
export class Lock {
  #last: Promise<unknown> = Promise.resolve();

  async run<Result>(action: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(action);
    this.#last = turn.catch(() => undefined);
    return await turn;
  }
}
