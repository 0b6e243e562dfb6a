/** What ends when, soonest first: a binary heap. Entries are not taken out early; whoever takes one looks if it still holds. */

export interface Deadline {
  /** Unix seconds. */
  readonly at: number;
  readonly number: number;
}

export class Deadlines {
  readonly #heap: Deadline[] = [];

  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  add(deadline: Deadline): void {
    const heap = this.#heap;
    let at = heap.push(deadline) - 1;
    while (at > 0 && this.#isBefore(at, (at - 1) >> 1)) at = this.#swap(at, (at - 1) >> 1);
  }

  /** The soonest, if it is not after `now`. */
  takeDue(now: number): Deadline | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      let least = this.#isBefore(left, at) ? left : at;
      if (this.#isBefore(left + 1, least)) least = left + 1;
      if (least === at) return;
      at = this.#swap(at, least);
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    return one !== undefined && other !== undefined && one.at < other.at;
  }

  /** The place where what stood at `from` stands now. */
  #swap(from: number, to: number): number {
    const [one, other] = [this.#heap[from], this.#heap[to]];
    if (one !== undefined && other !== undefined) {
      this.#heap[to] = one;
      this.#heap[from] = other;
    }
    return to;
  }
}
