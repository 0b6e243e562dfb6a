/**
 * Batches: from a range of a lane to a tree, from a staged tree to a final one, and from a credential to the
 * batch that holds it.
 *
 * A batch is *staged* when its range, order, seed and root are on the disk: from then on its root is fixed,
 * whatever happens. It is *final* when the ledger has shown its root and the leaves on the disk lead to it;
 * only then does the store say so. Batches are numbered here without gaps; the ledger numbers them by its own
 * *sequence*, which has gaps where another account of the issuer anchored. One caller stages and finalises.
 */
import { assembleBatch, MAX_BATCH_LEAVES } from '../core/commitment/batch.ts';
import { hmacSha256, paddingLeafHash } from '../core/commitment/hmac.ts';
import { buildTree, type MerkleTree } from '../core/commitment/merkle.ts';
import { HASH_BYTES } from '../core/commitment/node-hash.ts';
import { concatBytes } from '../core/bytes/concat.ts';
import { equalBytes } from '../core/bytes/equal.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import type { BatchClass } from '../core/credential/credential-type.ts';
import type { Crypto } from '../core/crypto.ts';
import { invariant } from '../core/errors.ts';
import { readUint64, toUint64 } from '../service/big-endian.ts';
import type { Clock, RandomBytes } from '../service/clock.ts';
import { WriteBatch, type Store } from '../service/store.ts';
import { decodeBatchEntry, encodeBatchEntry, type BatchEntry } from './batch-entry.ts';
import type { HandleEntry } from './handle-entry.ts';
import { classOfLane, LANE_COUNT, type LaneLeaf, type Lanes } from './lanes.ts';
import { laneKey, TABLES, type IssuerTables } from './store.ts';

export interface BatchesDependencies {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  /** 32 bytes. */
  readonly seedKey: Uint8Array;
}

export interface StagedBatch extends BatchEntry {
  /** Ours; the first is 1. */
  readonly number: number;
  readonly class: BatchClass;
}

/** Where a final batch stands on the ledger. */
export interface BatchAnchorage {
  /** The ledger's. */
  readonly sequence: number;
  /** Time of the block, Unix seconds. */
  readonly timeSeconds: number;
}

export type FinalBatch = StagedBatch & BatchAnchorage;

/** A leaf's place in its batch. */
export interface InclusionProof {
  readonly root: Uint8Array;
  readonly index: number;
  /** From the leaf up, 32 bytes × log2 of the size. */
  readonly path: Uint8Array;
}

/** A batch's tree and, flat and in tree order, its leaf hashes. */
export interface BatchTree {
  readonly tree: MerkleTree;
  readonly leafHashes: Uint8Array;
}

type LaneRange = Pick<BatchEntry, 'lane' | 'first' | 'count'>;

/** Of 262 kB at most each. */
const TREES_KEPT = 64;

export class Batches {
  readonly #deps: BatchesDependencies;
  /** Trees used last, newest at the end. */
  readonly #trees = new Map<number, BatchTree>();
  /** For each lane, the entry after its last final batch: whoever asks again and again for what waits asks the memory. */
  readonly #finalEnds: number[] = Array.from({ length: LANE_COUNT }, () => 0);
  #stagedThrough: number;
  #finalThrough: number;

  private constructor(deps: BatchesDependencies, stagedThrough: number, finalThrough: number) {
    this.#deps = deps;
    this.#stagedThrough = stagedThrough;
    this.#finalThrough = finalThrough;
  }

  static async open(deps: BatchesDependencies): Promise<Batches> {
    const staged = await deps.tables.batches.first({ reverse: true });
    const final = await deps.tables.anchors.first({ reverse: true });
    const batches = new Batches(deps, numberOf(staged?.key), numberOf(final?.key));
    await batches.#readFinalEnds();
    return batches;
  }

  /** Number of the last staged batch, 0 before the first. */
  get stagedThrough(): number {
    return this.#stagedThrough;
  }

  /** Number of the last final batch, 0 before the first. */
  get finalThrough(): number {
    return this.#finalThrough;
  }

  /** For each lane, the entry after its last batch. */
  async stagedEnds(): Promise<readonly number[]> {
    const ends: number[] = [];
    for (let lane = 0; lane < LANE_COUNT; lane++) {
      const range = { from: laneKey(lane, 0), before: laneKey(lane + 1, 0), reverse: true };
      const last = await this.#deps.tables.laneBatches.first(range);
      if (last === undefined) ends.push(0);
      else {
        const { first, count } = await this.load(readUint64(last.value));
        ends.push(first + count);
      }
    }
    return ends;
  }

  /** Stages the next `count` entries of each of these lanes, shuffled and padded, in one write. */
  async stage(
    parts: readonly { readonly lane: number; readonly count: number }[],
    lanes: Lanes,
  ): Promise<readonly StagedBatch[]> {
    const { store, now } = this.#deps;
    const write = new WriteBatch();
    const staged: StagedBatch[] = [];
    for (const { lane, count } of parts) {
      const number = this.#stagedThrough + staged.length + 1;
      const first = lanes.nextToStage(lane);
      const entry = await this.#shuffle({ lane, first, count }, lanes);
      write
        .put(TABLES.batches, toUint64(number), encodeBatchEntry(entry))
        .put(TABLES.roots, entry.root, toUint64(number))
        .put(TABLES.laneBatches, laneKey(lane, first), toUint64(number));
      staged.push({ ...entry, number, class: classOfLane(lane) });
    }
    // Commit point: from here on these ranges have these roots. A crash before it leaves the leaves in their lanes,
    // to be shuffled anew; after it, whoever starts next anchors exactly these batches.
    await store.commit(write);
    this.#stagedThrough += staged.length;
    for (const { lane, count } of staged) lanes.staged(lane, count, now());
    return staged;
  }

  /**
   * Shuffles a batch that is not final anew, because another account holds its root on the ledger. One of few
   * leaves may come out the same: ask again.
   */
  async restage(batch: StagedBatch, lanes: Lanes): Promise<StagedBatch> {
    invariant(batch.number > this.#finalThrough, 'a final batch keeps its root');
    const entry = await this.#shuffle(batch, lanes);
    await this.#deps.store.commit(
      new WriteBatch()
        .delete(TABLES.roots, batch.root)
        .put(TABLES.batches, toUint64(batch.number), encodeBatchEntry(entry))
        .put(TABLES.roots, entry.root, toUint64(batch.number)),
    );
    this.#trees.delete(batch.number);
    return { ...entry, number: batch.number, class: batch.class };
  }

  async load(number: number): Promise<StagedBatch> {
    const value = await this.#deps.tables.batches.get(toUint64(number));
    invariant(value !== undefined, 'batches are numbered without gaps');
    const entry = decodeBatchEntry(value);
    return { ...entry, number, class: classOfLane(entry.lane) };
  }

  /** The last final batch. */
  async loadLastFinal(): Promise<FinalBatch | undefined> {
    return this.#finalThrough === 0 ? undefined : await this.#loadFinal(this.#finalThrough);
  }

  /** Whether a batch has this root, final or not. */
  async has(root: Uint8Array): Promise<boolean> {
    return (await this.#deps.tables.roots.get(root)) !== undefined;
  }

  /**
   * The ledger shows the roots: builds each tree once more from what the disk holds, and makes the batches final, in one
   * write, only when they lead to these roots. Every path is cut from these trees; each is checked again, against its
   * own credential, when it is handed out (`release.ts`).
   */
  async finalise(anchored: readonly FinalBatch[], lanes: Lanes): Promise<void> {
    const write = new WriteBatch();
    for (const [i, { number, timeSeconds, sequence, ...batch }] of anchored.entries()) {
      invariant(number === this.#finalThrough + 1 + i, 'batches become final in order');
      this.#trees.delete(number);
      await this.tree({ ...batch, number }, lanes);
      write.put(TABLES.anchors, toUint64(number), concatBytes(toUint64(timeSeconds), toUint64(sequence)));
    }
    await this.#deps.store.commit(write);
    this.#finalThrough += anchored.length;
    for (const { lane, first, count } of anchored) this.#finalEnds[lane] = first + count;
  }

  /** The final batch with this root. */
  async findFinal(root: Uint8Array): Promise<FinalBatch | undefined> {
    const number = numberOf(await this.#deps.tables.roots.get(root));
    return number === 0 || number > this.#finalThrough ? undefined : await this.#loadFinal(number);
  }

  /** Whether a final batch holds a credential. */
  isFinal({ lane, entry }: Pick<HandleEntry, 'lane' | 'entry'>): boolean {
    return entry < (this.#finalEnds[lane] ?? 0);
  }

  /** The final batch that holds a credential, `undefined` while there is none. */
  async findFinalOf({ lane, entry }: HandleEntry): Promise<StagedBatch | undefined> {
    if (!this.isFinal({ lane, entry })) return undefined;
    const range = { from: laneKey(lane, 0), before: laneKey(lane, entry + 1), reverse: true };
    const found = await this.#deps.tables.laneBatches.first(range);
    invariant(found !== undefined, 'a lane is cut into batches without gaps');
    return await this.load(numberOf(found.value));
  }

  async #readFinalEnds(): Promise<void> {
    for (let lane = 0; lane < LANE_COUNT; lane++) {
      const range = { from: laneKey(lane, 0), before: laneKey(lane + 1, 0), reverse: true };
      // The last of them may be staged only.
      for await (const { value } of this.#deps.tables.laneBatches.entries(range)) {
        const number = numberOf(value);
        if (number > this.#finalThrough) continue;
        const { first, count } = await this.load(number);
        this.#finalEnds[lane] = first + count;
        break;
      }
    }
  }

  async proofOf(batch: StagedBatch, lanes: Lanes, entry: number): Promise<InclusionProof> {
    const { tree } = await this.tree(batch, lanes);
    const index = positionOf(batch, entry);
    return { root: batch.root, index, path: tree.path(index) };
  }

  /** The batch's tree, built again unless it was used lately; its root is the one that was staged. */
  async tree(batch: StagedBatch, lanes: Lanes): Promise<BatchTree> {
    const kept = this.#trees.get(batch.number);
    if (kept !== undefined) return kept;
    const leaves = await lanes.read(batch.lane, batch.first, batch.count);
    const leafHashes = placeLeaves(this.#deps.crypto, batch, leaves);
    const built = { leafHashes, tree: buildTree(this.#deps.crypto, leafHashes) };
    invariant(equalBytes(built.tree.root, batch.root), 'a batch always gives its own root');
    this.#keep(batch.number, built);
    return built;
  }

  /** Of a final batch. */
  async anchorageOf(number: number): Promise<BatchAnchorage> {
    const anchor = await this.#deps.tables.anchors.get(toUint64(number));
    invariant(anchor !== undefined, 'a final batch has its anchor');
    return { timeSeconds: readUint64(anchor), sequence: readUint64(anchor, 8) };
  }

  async #loadFinal(number: number): Promise<FinalBatch> {
    return { ...(await this.load(number)), ...(await this.anchorageOf(number)) };
  }

  async #shuffle({ lane, first, count }: LaneRange, lanes: Lanes): Promise<BatchEntry> {
    const { crypto, randomBytes, seedKey } = this.#deps;
    const leaves = await lanes.read(lane, first, count);
    const leafHashes = concatBytes(...leaves.map((leaf) => leaf.leafHash));
    // A seed of its own for each batch, so that telling an auditor one tells nothing of the others.
    const seed = hmacSha256(crypto, seedKey, concatBytes(SEED_PREFIX, laneKey(lane, first)));
    // Copied: what the port gives may be a view into something larger.
    const randomNumbers = new Uint32Array(new Uint8Array(randomBytes(MAX_BATCH_LEAVES * 4)).buffer);
    const { tree, log2Size, positions } = assembleBatch(crypto, { leafHashes, seed, randomNumbers });
    return { lane, first, count, log2Size, root: tree.root, seed, positions };
  }

  #keep(number: number, tree: BatchTree): void {
    this.#trees.set(number, tree);
    const oldest = this.#trees.keys().next().value;
    if (this.#trees.size > TREES_KEPT && oldest !== undefined) this.#trees.delete(oldest);
  }
}

/** The leaf hashes of a batch in tree order: credentials at their drawn places, padding at all others. */
function placeLeaves(crypto: Crypto, batch: BatchEntry, leaves: readonly LaneLeaf[]): Uint8Array {
  const places: (Uint8Array | undefined)[] = Array.from({ length: 2 ** batch.log2Size });
  leaves.forEach(({ leafHash }, i) => {
    places[positionOf(batch, batch.first + i)] = leafHash;
  });
  const flat = new Uint8Array(places.length * HASH_BYTES);
  for (const [place, leafHash] of places.entries()) {
    flat.set(leafHash ?? paddingLeafHash(crypto, batch.seed, place), place * HASH_BYTES);
  }
  return flat;
}

const SEED_PREFIX: Uint8Array = toUtf8('hcl/batch-seed/1\0');

function positionOf(batch: BatchEntry, entry: number): number {
  const position = batch.positions[entry - batch.first];
  invariant(position !== undefined, 'an entry lies within its batch');
  return position;
}

/** The number in a key or value, 0 when there is none. */
function numberOf(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : readUint64(bytes);
}
