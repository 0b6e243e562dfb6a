/**
 * Acts on facts: a test that two people have revoked gives no colour any more, one whose revocation is stayed gives it
 * again. Which people that concerns is found by their files, since nothing leads from a status entry to a person; so all
 * files are looked through, but only when there are such acts.
 */
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import type { ActKind } from '../../core/act/kinds.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import type { HoldingAct } from '../acts/history.ts';
import type { Proposals } from '../acts/proposals.ts';
import { TABLES } from '../store.ts';
import { documentsOf, type HealthFile } from './health-file.ts';
import { placesOfFacts, type KnownFactsDependencies } from './known-facts.ts';

export interface ActedFactsDependencies extends KnownFactsDependencies {
  readonly store: Store;
  readonly proposals: Pick<Proposals, 'load' | 'places'>;
}

/** Up to where acts were followed. */
interface Followed {
  readonly order: number;
  readonly atSeconds: number;
}

/** Order u64 ‖ Unix seconds u64 of the last look that found any. */
const FOLLOWED = toUtf8('health-acts');
/** A suspended fact still counts: somebody looks into it. */
const MOVING: ReadonlySet<ActKind> = new Set(['revoke', 'supersede', 'stay', 'reinstate']);

export class ActedFacts {
  readonly #deps: ActedFactsDependencies;
  #followed: Followed;

  private constructor(deps: ActedFactsDependencies, followed: Followed) {
    this.#deps = deps;
    this.#followed = followed;
  }

  static async open(deps: ActedFactsDependencies): Promise<ActedFacts> {
    const noted = await deps.tables.meta.get(FOLLOWED);
    const followed =
      noted === undefined
        ? { order: 0, atSeconds: 0 }
        : { order: readUint64(noted), atSeconds: readUint64(noted, 8) };
    return new ActedFacts(deps, followed);
  }

  /**
   * Calls `each` with a test of whom the acts since the last call concern, if there are any. Cut short, the next call
   * begins again.
   */
  async follow(each: (isConcerned: (file: HealthFile) => Promise<boolean>) => Promise<void>): Promise<void> {
    const { history, now } = this.#deps;
    const next = { order: history.indexedThrough, atSeconds: Math.floor(now() / 1000) };
    const places = await this.#placesOf(history.due(this.#followed, next.atSeconds));
    if (places.size > 0) {
      await each((file) => this.#isConcerned(file, places));
      await this.#note(next);
    }
    this.#followed = next;
  }

  async #placesOf(acts: readonly HoldingAct[]): Promise<ReadonlySet<number>> {
    const { proposals } = this.#deps;
    const found = new Set<number>();
    for (const { kind, number } of acts) {
      if (!MOVING.has(kind) || !isOnFacts((await proposals.load(number)).act.selector.by)) continue;
      for await (const places of proposals.places(number)) places.forEach((place) => found.add(place));
    }
    return found;
  }

  async #isConcerned({ subject }: HealthFile, places: ReadonlySet<number>): Promise<boolean> {
    return (await placesOfFacts(documentsOf(subject), this.#deps)).some((place) => places.has(place));
  }

  async #note({ order, atSeconds }: Followed): Promise<void> {
    const value = concatBytes(toUint64(order), toUint64(atSeconds));
    await this.#deps.store.commit(new WriteBatch().put(TABLES.meta, FOLLOWED, value));
  }
}

/** Codes of former colours are no facts, and what is erased is gone. */
function isOnFacts(by: string): boolean {
  return by !== 'colour' && by !== 'erasure';
}
