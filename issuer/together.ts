/**
 * Does in one go what is asked for while the last go is under way, so that many who come at once wait for one synced
 * write and not for one another's.
 */
interface Waiting<Item, Result> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<Result>;
}

export class Together<Item, Result> {
  readonly #act: (items: readonly Item[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Item, Result>[] = [];
  #isActing = false;

  /** @param act a result for each item, in their order; when it rejects, each of them fails so */
  constructor(act: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#act = act;
  }

  async run(item: Item): Promise<Result> {
    const done = Promise.withResolvers<Result>();
    this.#waiting.push({ item, done });
    if (!this.#isActing) void this.#actOnAll();
    return await done.promise;
  }

  async #actOnAll(): Promise<void> {
    this.#isActing = true;
    while (this.#waiting.length > 0) {
      const all = this.#waiting;
      this.#waiting = [];
      try {
        const results = await this.#act(all.map(({ item }) => item));
        // One for each.
        for (const [i, { done }] of all.entries()) done.resolve(results[i]!);
      } catch (error) {
        for (const { done } of all) done.reject(error);
      }
    }
    this.#isActing = false;
  }
}
