/**
 * Whether pictures have ceased to come from a camera that says nothing of it: a driver that hangs leaves its last picture
 * standing, with the last person's code in it perhaps. Not every browser counts a camera's pictures: where the number has
 * never grown, nobody can tell, and nothing is said.
 */
const STILL_AFTER_MS = 5000;
/** Who looks again only after so long was asleep meanwhile, and so may the camera have been. */
const ASLEEP_AFTER_MS = 1000;

export class Stillness {
  #pictures: number | undefined;
  #isCounted = false;
  #since = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param pictures that have come so far; to be told at every look */
  hasSetIn(pictures: number, nowMs: number): boolean {
    const isNew = pictures !== this.#pictures;
    const isAwake = nowMs - this.#lookedAt <= ASLEEP_AFTER_MS;
    if (isNew && this.#pictures !== undefined) this.#isCounted = true;
    if (isNew || !isAwake) this.#since = nowMs;
    this.#pictures = pictures;
    this.#lookedAt = nowMs;
    return this.#isCounted && nowMs - this.#since >= STILL_AFTER_MS;
  }
}
