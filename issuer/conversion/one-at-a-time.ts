/** Lets one in at a time for each key: between its being looked up and the disk, nobody else looks it up. */
export class OneAtATime {
  readonly #underWay = new Map<string, Promise<unknown>>();

  async run<Result>(key: string, action: () => Promise<Result>): Promise<Result> {
    while (this.#underWay.has(key)) await this.#underWay.get(key)?.catch(() => undefined);
    const running = action();
    this.#underWay.set(key, running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(key);
    }
  }
}
