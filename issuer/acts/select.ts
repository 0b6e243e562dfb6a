/**
 * Finds what an act is about. A group is found by reading the store once, record by record: nothing in the store
 * tells records of one lot or one doctor apart, so neither does a stolen copy of it. Memory is a number for each
 * entry found, and bounded; other requests get their turn meanwhile.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GroupSelector } from '../../core/act/selector.ts';
import { readUint64 } from '../../service/big-endian.ts';
import { IssuerError } from '../errors.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { RecordSealer } from '../record-entry.ts';
import { statusPlaceOf } from '../status-place.ts';
import type { IssuerTables } from '../store.ts';
import type { ActHistory } from './history.ts';
import { matchOf } from './match.ts';
import { placeNumber } from './place.ts';
import type { Proposals } from './proposals.ts';

export interface SelectDependencies {
  readonly tables: IssuerTables;
  readonly sealer: RecordSealer;
  readonly lists: ListAllocator;
  readonly proposals: Pick<Proposals, 'numberOf' | 'places'>;
  readonly history: Pick<ActHistory, 'orderOf'>;
  /** Entries that one act may concern; smaller in tests. */
  readonly maxPlaces?: number;
}

/** A million records: 16 MB of memory while it lasts. Whoever means more suspends the issuer on the ledger. */
export const MAX_ACT_PLACES = 2_097_152;
const TURN_RECORDS = 200;

/**
 * The places that a group has now, ascending, each once. Throws `ACT_TOO_LARGE`, and `ACT_NOT_FOUND`,
 * `ACT_NOT_IN_FORCE` for an act that there is none or that nobody has approved.
 */
export async function selectPlaces(selector: GroupSelector, deps: SelectDependencies): Promise<Float64Array> {
  const found = new Found(deps.maxPlaces ?? MAX_ACT_PLACES);
  if (selector.by === 'act') await collectActPlaces(selector.act, deps, found);
  else {
    const matches = matchOf(selector);
    let read = 0;
    for await (const { key, value } of deps.tables.records.entries()) {
      if (++read % TURN_RECORDS === 0) await nextTurn();
      const entry = deps.sealer.open(readUint64(key), value);
      for (const place of matches(entry)) found.add(placeNumber(statusPlaceOf(entry, place, deps.lists)));
    }
  }
  return found.ascending();
}

async function collectActPlaces(
  id: string,
  { proposals, history }: SelectDependencies,
  found: Found,
): Promise<void> {
  const number = await proposals.numberOf(id);
  if (history.orderOf(number) === undefined)
    throw new IssuerError(
      'ACT_NOT_IN_FORCE',
      'two people have not approved the act it refers to, or the ledger has it not yet',
    );
  for await (const places of proposals.places(number)) places.forEach((place) => found.add(place));
}

/** Numbers that grow into a larger array when the one they are in is full. */
class Found {
  readonly #max: number;
  #places = new Float64Array(1024);
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(place: number): void {
    if (this.#count === this.#max)
      throw new IssuerError('ACT_TOO_LARGE', `an act concerns at most ${this.#max} credentials`);
    if (this.#count === this.#places.length) {
      const larger = new Float64Array(2 * this.#count);
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#places[this.#count++] = place;
  }

  ascending(): Float64Array {
    return this.#places.slice(0, this.#count).sort();
  }
}
