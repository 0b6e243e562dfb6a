/**
 * Where codes were shown lately, without saying whose they are: a credential that two gates see within a short time is
 * in two hands, or has been copied. What is kept of one is a tag, HMAC-SHA-256(day key, commitment), beside the number
 * of the gate and the time, for as long as it can raise an alarm and no longer.
 *
 * The day key is drawn at random for each group of gates and each day (UTC), lives in memory only, and is overwritten
 * when its day ends, whether or not somebody is at the gate then: tags of two days, or of two groups, cannot be told to be of one credential, by us neither.
 */
import { Buffer } from 'node:buffer';
import { hmacSha256 } from '../core/commitment/hmac.ts';
import type { Crypto } from '../core/crypto.ts';
import { createRandomBytes, type RandomBytes } from '../service/clock.ts';

const DAY_SECONDS = 86_400;
const KEY_BYTES = 32;
/** About 20 MB a group; with more at one time the oldest are forgotten. */
const MAX_TAGS = 200_000;

export interface SightingsOptions {
  readonly crypto: Pick<Crypto, 'sha256'>;
  readonly randomBytes: RandomBytes;
  /** Two gates within this time are an alarm. */
  readonly withinSeconds: number;
  readonly maxTags?: number;
  /** Runs it after a while; keeps no process running. */
  readonly later?: (run: () => void, ms: number) => void;
}

/** Where it is shown. */
export interface Place {
  readonly gate: number;
  /** Gates of one group tell each other; groups do not. */
  readonly group: string;
}

interface Sighting {
  readonly gate: number;
  readonly seconds: number;
  /** After a change of gates the alarm stays, however often the code is read again. */
  readonly alarmUntilSeconds: number;
}

interface GroupOfDay {
  readonly day: number;
  readonly key: Uint8Array;
  /** By tag, the latest last. */
  readonly tags: Map<string, Sighting>;
}

export class Sightings {
  readonly #options: SightingsOptions;
  readonly #groups = new Map<string, GroupOfDay>();
  #isToForget = false;

  constructor(options: SightingsOptions) {
    this.#options = options;
  }

  /** Tags held now. */
  get size(): number {
    return [...this.#groups.values()].reduce((sum, { tags }) => sum + tags.size, 0);
  }

  /** Notes that the credential was shown; true when another gate of the group has seen it a moment ago. */
  note(commitment: Uint8Array, { gate, group }: Place, nowSeconds: number): boolean {
    this.forget(nowSeconds);
    this.#forgetLater(nowSeconds);
    const { crypto, maxTags = MAX_TAGS, withinSeconds } = this.#options;
    const { key, tags } = this.#groupOfDay(group, dayOf(nowSeconds));
    const tag = Buffer.from(tagOf(crypto, key, commitment)).toString('latin1');
    const last = tags.get(tag);
    const isMoved = last !== undefined && last.gate !== gate;
    const alarmUntilSeconds = isMoved ? nowSeconds + withinSeconds : (last?.alarmUntilSeconds ?? 0);
    tags.delete(tag);
    tags.set(tag, { gate, seconds: nowSeconds, alarmUntilSeconds });
    const [oldest] = tags.keys();
    if (tags.size > maxTags && oldest !== undefined) tags.delete(oldest);
    return isMoved || nowSeconds <= alarmUntilSeconds;
  }

  /** Drops what can raise no alarm any more, and the keys of days that have ended; a clock that is behind ends none. */
  forget(nowSeconds: number): void {
    const day = dayOf(nowSeconds);
    for (const [group, { tags, ...held }] of this.#groups) {
      if (held.day < day) {
        held.key.fill(0);
        tags.clear();
        this.#groups.delete(group);
      } else forgetBefore(tags, nowSeconds - this.#options.withinSeconds);
    }
  }

  /** Once what is noted now can raise no alarm, or its day has ended; and on, while a key is held. */
  #forgetLater(nowSeconds: number): void {
    if (this.#isToForget) return;
    this.#isToForget = true;
    const { later = runLater, withinSeconds } = this.#options;
    const thenSeconds = Math.min(nowSeconds + withinSeconds + 1, (dayOf(nowSeconds) + 1) * DAY_SECONDS);
    const forget = (): void => {
      this.#isToForget = false;
      this.forget(thenSeconds);
      if (this.#groups.size > 0) this.#forgetLater(thenSeconds);
    };
    later(forget, (thenSeconds - nowSeconds) * 1000);
  }

  #groupOfDay(group: string, day: number): GroupOfDay {
    let held = this.#groups.get(group);
    if (held === undefined) {
      held = { day, key: this.#options.randomBytes(KEY_BYTES), tags: new Map() };
      this.#groups.set(group, held);
    }
    return held;
  }
}

/** As the settings say; `undefined` when nothing is to be noted. */
export function openSightings(
  { twoGatesSeconds: withinSeconds }: { readonly twoGatesSeconds: number },
  crypto: Crypto,
): Sightings | undefined {
  if (withinSeconds === 0) return undefined;
  return new Sightings({ crypto, randomBytes: createRandomBytes(), withinSeconds });
}

/** 16 bytes: as many as no two of a day share by chance. */
export function tagOf(
  crypto: Pick<Crypto, 'sha256'>,
  dayKey: Uint8Array,
  commitment: Uint8Array,
): Uint8Array {
  return hmacSha256(crypto, dayKey, commitment).subarray(0, 16);
}

function forgetBefore(tags: Map<string, Sighting>, seconds: number): void {
  for (const [tag, sighting] of tags) {
    if (sighting.seconds >= seconds) return;
    tags.delete(tag);
  }
}

function runLater(run: () => void, ms: number): void {
  setTimeout(run, ms).unref();
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}
