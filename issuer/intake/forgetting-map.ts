/**
 * A map that forgets what has not been used for long, so that its size is bounded. Two generations: when the younger
 * is full it becomes the older, and what the older still held is gone. Nothing is ever deleted singly, which a Map of
 * many entries is slow at.
 */
export class ForgettingMap<Value> {
  readonly #maxWeight: number;
  #young = new Map<string, Weighed<Value>>();
  #old: ReadonlyMap<string, Weighed<Value>> = new Map();
  #weight = 0;

  /** @param maxWeight of one generation: so much is kept at least, and twice as much at most */
  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight;
  }

  /** Using it makes it young again. */
  get(key: string): Value | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known.value;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old.value, old.weight);
    return old?.value;
  }

  set(key: string, value: Value, weight = 1): void {
    this.#weight -= this.#young.get(key)?.weight ?? 0;
    if (this.#weight + weight > this.#maxWeight) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
    this.#young.set(key, { value, weight });
    this.#weight += weight;
  }
}

interface Weighed<Value> {
  readonly value: Value;
  readonly weight: number;
}
