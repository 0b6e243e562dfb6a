/**
 * The queue of leaves that wait for a batch: four lanes, two for each class. A lane is a log of leaf hashes
 * that only grows, and a batch is a range of one lane, so staging moves nothing and deletes nothing. The two
 * credentials of a record go to the two lanes of their class, drawn by lot: they are never in one batch, and
 * a batch does not tell the profile of its leaves. A code of another system goes to either, by lot too.
 *
 * `append` and `commit` belong to the one who issues, `take` to the one who stages; both run in this process.
 */
import { BATCH_CLASSES, type BatchClass } from '../core/credential/credential-type.ts';
import { invariant } from '../core/errors.ts';
import { readUint64, writeUint64 } from '../service/big-endian.ts';
import type { WriteBatch } from '../service/store.ts';
import { laneKey, TABLES, type IssuerTables } from './store.ts';

export interface LaneLeaf {
  readonly leafHash: Uint8Array;
  readonly recordNumber: number;
  /** Of the credential in its record's entry. */
  readonly place: number;
}

/** Entries that were handed in together, and lie together. */
export interface LaneRow {
  /** Number of the first. */
  readonly first: number;
  readonly leaves: readonly LaneLeaf[];
}

/** In `LaneLeaf.place`: the leaf is that of a colour act, and `recordNumber` its number. */
export const COLOUR_PLACE = 255;

export const LANE_COUNT: number = BATCH_CLASSES.length * 2;
const LEAF_BYTES = 32 + 8 + 1;

/** @param side 0 or 1 */
export function laneOf(batchClass: BatchClass, side: number): number {
  return BATCH_CLASSES.indexOf(batchClass) * 2 + side;
}

export function classOfLane(lane: number): BatchClass {
  const batchClass = BATCH_CLASSES[lane >> 1];
  invariant(batchClass !== undefined, 'a lane has a class');
  return batchClass;
}

interface Lane {
  /** Next entry to hand out. */
  reserved: number;
  /** Entries before this are on the disk. */
  committed: number;
  /** Entries before this are in a batch. */
  staged: number;
  /** When the oldest entry that is not staged was committed; meaningless when there is none. */
  waitingSinceMs: number;
}

export class Lanes {
  readonly #tables: IssuerTables;
  readonly #lanes: readonly Lane[];

  private constructor(tables: IssuerTables, lanes: readonly Lane[]) {
    this.#tables = tables;
    this.#lanes = lanes;
  }

  /** @param stagedEnds for each lane, the entry after its last batch */
  static async open(tables: IssuerTables, stagedEnds: readonly number[], nowMs: number): Promise<Lanes> {
    const lanes: Lane[] = [];
    for (let lane = 0; lane < LANE_COUNT; lane++) {
      const range = { from: laneKey(lane, 0), before: laneKey(lane + 1, 0), reverse: true };
      const last = await tables.leaves.first(range);
      const end = last === undefined ? 0 : readUint64(last.key, 1) + last.value.length / LEAF_BYTES;
      lanes.push({ reserved: end, committed: end, staged: stagedEnds[lane] ?? 0, waitingSinceMs: nowMs });
    }
    return new Lanes(tables, lanes);
  }

  /** Reserves the next entries of a lane and adds their write; returns the first one's number. */
  append(lane: number, leaves: readonly LaneLeaf[], batch: WriteBatch): number {
    const state = this.#lane(lane);
    const first = state.reserved;
    state.reserved += leaves.length;
    this.writeRow(lane, first, leaves, batch);
    return first;
  }

  /** Adds the write of entries that were handed in together; in place of a row that is there, all of it. */
  writeRow(lane: number, first: number, leaves: readonly LaneLeaf[], batch: WriteBatch): void {
    const value = new Uint8Array(leaves.length * LEAF_BYTES);
    leaves.forEach(({ leafHash, recordNumber, place }, i) => {
      value.set(leafHash, i * LEAF_BYTES);
      writeUint64(value, i * LEAF_BYTES + 32, recordNumber);
      value[i * LEAF_BYTES + 40] = place;
    });
    batch.put(TABLES.leaves, laneKey(lane, first), value);
  }

  /** What was appended is on the disk: it may be staged. Called in the order of the appends. */
  commit(lane: number, count: number, nowMs: number): void {
    const state = this.#lane(lane);
    if (state.committed === state.staged) state.waitingSinceMs = nowMs;
    state.committed += count;
  }

  /** Entries on the disk that no batch holds. */
  waiting(lane: number): number {
    const { committed, staged } = this.#lane(lane);
    return committed - staged;
  }

  waitingSinceMs(lane: number): number {
    return this.#lane(lane).waitingSinceMs;
  }

  nextToStage(lane: number): number {
    return this.#lane(lane).staged;
  }

  /** A batch of `count` entries is on the disk. */
  staged(lane: number, count: number, nowMs: number): void {
    const state = this.#lane(lane);
    state.staged += count;
    invariant(state.staged <= state.committed, 'only what is on the disk is staged');
    state.waitingSinceMs = nowMs;
  }

  /** The entries `first` … `first + count - 1`. */
  async read(lane: number, first: number, count: number): Promise<readonly LaneLeaf[]> {
    const leaves: LaneLeaf[] = [];
    for await (const row of this.rows(lane, first, first + count)) {
      leaves.push(...row.leaves.slice(Math.max(0, first - row.first), first + count - row.first));
    }
    invariant(leaves.length === count, 'a lane has no gaps');
    return leaves;
  }

  /** The rows, whole, that hold the entries `first` … `end - 1`. */
  async *rows(lane: number, first: number, end: number): AsyncGenerator<LaneRow> {
    const before = laneKey(lane, first + 1);
    const start = await this.#tables.leaves.first({ from: laneKey(lane, 0), before, reverse: true });
    invariant(start !== undefined, 'an entry that was handed out is there');
    for await (const { key, value } of this.#tables.leaves.entries({
      from: start.key,
      before: laneKey(lane, end),
    })) {
      const leaves = Array.from({ length: value.length / LEAF_BYTES }, (_, i) =>
        leafAt(value, i * LEAF_BYTES),
      );
      yield { first: readUint64(key, 1), leaves };
    }
  }

  #lane(lane: number): Lane {
    const state = this.#lanes[lane];
    invariant(state !== undefined, 'lanes are numbered');
    return state;
  }
}

function leafAt(value: Uint8Array, at: number): LaneLeaf {
  return {
    leafHash: value.subarray(at, at + 32),
    recordNumber: readUint64(value, at + 32),
    // The value is a whole number of leaves.
    place: value[at + 40]!,
  };
}
