/**
 * The nullifiers of the last days, by pair of issuers: some 90 bytes each. They are part of what a state knows but of
 * no section: a replica has them from the events it replays, or from a snapshot.
 *
 * A nullifier is kept as a string of its 32 bytes: a set of strings finds it by a hash that is random in each process,
 * so nobody can make up nullifiers that are slow to find.
 */
import { fromHex, type Hex } from '../bytes/hex.ts';

const SECONDS_PER_DAY = 86_400;
const BYTES = 32;

/** Today and so many days before, by UTC: a conversion credential is gone by then. */
export const RECENT_DAYS = 8;

/** The nullifiers of one pair and day, one after the other in the order in which they were spent. */
export interface NullifierRun {
  /** Source and target, with a blank between them. */
  readonly pair: string;
  /** Since 1970. */
  readonly day: number;
  readonly nullifiers: Uint8Array;
}

export class RecentNullifiers {
  /** By day, in ascending order, then by pair. */
  readonly #days = new Map<number, Map<string, Set<string>>>();

  has(pair: string, nullifier: Uint8Array): boolean {
    const key = toKey(nullifier);
    for (const pairs of this.#days.values()) if (pairs.get(pair)?.has(key) === true) return true;
    return false;
  }

  add(pair: string, nullifiers: readonly Hex[], timeSeconds: number): void {
    const known = this.#setOf(pair, dayOf(timeSeconds));
    for (const nullifier of nullifiers) known.add(toKey(fromHex(nullifier)));
  }

  restore({ pair, day, nullifiers }: NullifierRun): void {
    const known = this.#setOf(pair, day);
    for (let at = 0; at < nullifiers.length; at += BYTES)
      known.add(toKey(nullifiers.subarray(at, at + BYTES)));
  }

  forgetBefore(timeSeconds: number): void {
    const first = dayOf(timeSeconds) - RECENT_DAYS;
    for (const day of this.#days.keys()) if (day < first) this.#days.delete(day);
  }

  *runs(): Generator<NullifierRun> {
    for (const [day, pairs] of this.#days) {
      for (const [pair, known] of pairs) yield { pair, day, nullifiers: toBytes(known) };
    }
  }

  #setOf(pair: string, day: number): Set<string> {
    const pairs = this.#days.get(day) ?? new Map<string, Set<string>>();
    this.#days.set(day, pairs);
    const known = pairs.get(pair) ?? new Set();
    pairs.set(pair, known);
    return known;
  }
}

function dayOf(timeSeconds: number): number {
  return Math.floor(timeSeconds / SECONDS_PER_DAY);
}

/** One character a byte. */
function toKey(nullifier: Uint8Array): string {
  return String.fromCharCode(...nullifier);
}

function toBytes(keys: ReadonlySet<string>): Uint8Array {
  const bytes = new Uint8Array(BYTES * keys.size);
  let at = 0;
  for (const key of keys) {
    for (let i = 0; i < BYTES; i++) bytes[at++] = key.charCodeAt(i);
  }
  return bytes;
}
