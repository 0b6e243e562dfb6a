/** The clock and the randomness of a service, passed in so that tests can hold them still. */
import { randomFillSync } from 'node:crypto';

/** Milliseconds since the Unix epoch. */
export type Clock = () => number;

/** `length` fresh bytes from the operating system's generator. */
export type RandomBytes = (length: number) => Uint8Array;

const POOL_BYTES = 16_384;

/** Asks the operating system for 16 KiB at a time: a call for 16 bytes costs as much as one for the pool. */
export function createRandomBytes(): RandomBytes {
  let pool = new Uint8Array(0);
  let used = 0;
  return (length) => {
    if (length > POOL_BYTES / 4) return randomFillSync(new Uint8Array(length));
    if (used + length > pool.length) {
      pool = randomFillSync(new Uint8Array(POOL_BYTES));
      used = 0;
    }
    const bytes = pool.slice(used, used + length);
    // What was handed out must not stay behind in the pool.
    pool.fill(0, used, used + length);
    used += length;
    return bytes;
  };
}
