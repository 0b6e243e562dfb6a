/**
 * Whether pictures have ceased to come from a camera that says nothing of it: a driver that hangs leaves its last picture
 * standing, with the last person's code in it perhaps.
 */
const STILL_AFTER_MS = 5000;
/** Who looks again only after so long was asleep meanwhile, and so may the camera have been. */
const ASLEEP_AFTER_MS = 1000;

export class Stillness {
  #pictures = -1;
  #since = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param pictures that have come so far; to be told at every look */
  hasSetIn(pictures: number, nowMs: number): boolean {
    const isAwake = nowMs - this.#lookedAt <= ASLEEP_AFTER_MS;
    if (pictures !== this.#pictures || !isAwake) this.#since = nowMs;
    this.#pictures = pictures;
    this.#lookedAt = nowMs;
    return nowMs - this.#since >= STILL_AFTER_MS;
  }
}
