/**
 * Ends an epoch: what lives is wrapped and named anew under the next one, then the old keys are destroyed, so that
 * whatever was erased meanwhile cannot be read from any copy. Issuing goes on all the time; memory is bounded by
 * one chunk.
 *
 * | the process ends                            | then                                                           |
 * |---------------------------------------------|----------------------------------------------------------------|
 * | before the new key is noted                 | its file seals nothing that the old cannot open too; goes on   |
 * | while records move                          | goes on behind the last chunk that is on the disk              |
 * | after `destroy` is noted                    | at the start the old keys are destroyed before any is read     |
 * | after the keys are destroyed                | files are rewritten and the dead buried again: no harm         |
 *
 * What was drawn up under the old epoch is waited for before anything moves, so nothing old comes after.
 */
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { epochOf } from '../../service/envelope.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Entry, type Store } from '../../service/store.ts';
import type { Finisher } from '../finisher.ts';
import type { RecordIssuer } from '../issue.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { Lock } from '../lock.ts';
import type { RecordSealer } from '../record-entry.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import type { Erasure } from './erasure.ts';
import type { HealthFiles } from '../health/health-file.ts';
import type { Holds } from './holds.ts';
import type { KeyRing } from './key-ring.ts';
import { moveTraces } from './traces.ts';
import { endTurn, readTurn, writeTurn } from './turn-state.ts';

export interface EpochTurnDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly ring: KeyRing;
  readonly sealer: RecordSealer;
  readonly lists: ListAllocator;
  readonly finisher: Pick<Finisher, 'useKeys'>;
  readonly records: Pick<RecordIssuer, 'whileStill'>;
  readonly holds: Pick<Holds, 'rewrapAll'>;
  readonly healthFiles: Pick<HealthFiles, 'rewrapAll'>;
  readonly erasure: Pick<Erasure, 'bury' | 'find'>;
  /** As in `erasure.ts`. */
  readonly recordsLock: Lock;
  readonly log: Log;
}

const CHUNK_RECORDS = 200;
/** Every table that something is deleted from or written over in. */
const REWRITTEN = [
  TABLES.records,
  TABLES.handles,
  TABLES.duplicates,
  TABLES.lists,
  TABLES.erasures,
  TABLES.erasureWork,
  TABLES.expiries,
  TABLES.documents,
  TABLES.linkedDocuments,
  TABLES.imports,
  TABLES.disclosures,
  TABLES.holds,
  TABLES.healthNames,
  TABLES.healthFiles,
  TABLES.people,
];

export class EpochTurn {
  readonly #deps: EpochTurnDependencies;
  #stuckAt: number | undefined;

  constructor(deps: EpochTurnDependencies) {
    this.#deps = deps;
  }

  /** Whatever was erased: one was begun and has not ended, or the secrets file has a newer key. */
  async isDue(): Promise<boolean> {
    const { ring, tables } = this.#deps;
    return ring.isTurning || ring.isUnderOldRoot || (await readTurn(tables)) !== undefined;
  }

  /** Number of the record that does not open, is not to be erased, and so keeps the turn from its end. */
  get stuckAt(): number | undefined {
    return this.#stuckAt;
  }

  /** Begins a turn or goes on with one; false when `isStopping` cut it short. */
  async run(isStopping: () => boolean): Promise<boolean> {
    const { tables, log } = this.#deps;
    this.#stuckAt = undefined;
    const before = await readTurn(tables);
    const to = before?.stage === 'destroy' ? before.to : await this.#moveAll(isStopping);
    if (to === undefined) return false;
    await this.#destroyBefore(to);
    log.info({ version: to }, 'the epochs before this one are destroyed');
    return true;
  }

  /** Everything that lives, under the newest epoch; its number. */
  async #moveAll(isStopping: () => boolean): Promise<number | undefined> {
    const { store, tables, ring, finisher, records, lists, holds, healthFiles, recordsLock } = this.#deps;
    const to = await ring.begin();
    finisher.useKeys(ring.keys);
    await records.whileStill(() => Promise.resolve());
    const seeds = new WriteBatch();
    lists.writeAllTo(seeds);
    await store.commit(seeds);
    await recordsLock.run(() => holds.rewrapAll());
    await healthFiles.rewrapAll();
    const turn = await readTurn(tables);
    let next: number | undefined = turn?.to === to ? turn.next : 0;
    while (next !== undefined) {
      if (isStopping()) return undefined;
      next = await this.#moveChunk(next, to);
    }
    await this.#checkMoved(to);
    const batch = new WriteBatch();
    writeTurn(batch, { to, stage: 'destroy', next: 0 });
    // Commit point: nothing needs the old keys any more, and from here on they die.
    await store.commit(batch);
    return to;
  }

  /** Moves some records from number `from` on; where the next chunk begins, `undefined` at the end. */
  async #moveChunk(from: number, to: number): Promise<number | undefined> {
    const { store, tables, recordsLock } = this.#deps;
    return await recordsLock.run(async () => {
      const chunk: Entry[] = [];
      const range = { from: toUint64(from), limit: CHUNK_RECORDS };
      for await (const entry of tables.records.entries(range)) chunk.push(entry);
      const last = chunk.at(-1);
      if (last === undefined) return undefined;
      const next = readUint64(last.key) + 1;
      const batch = new WriteBatch();
      for (const entry of chunk) await this.#tryMove(entry, to, batch);
      writeTurn(batch, { to, stage: 'rewrap', next });
      await store.commit(batch);
      return next;
    });
  }

  /** What is to be erased and does not open stays behind, and goes with its epoch. */
  async #tryMove(entry: Entry, to: number, batch: WriteBatch): Promise<void> {
    try {
      this.#move(entry, to, batch);
    } catch (error) {
      if (await this.#isGivenUp(entry)) return;
      this.#stuckAt = readUint64(entry.key);
      throw error;
    }
  }

  async #isGivenUp({ key }: Entry): Promise<boolean> {
    return (await this.#deps.erasure.find(readUint64(key)))?.stage === 'unreadable';
  }

  #move({ key, value }: Entry, to: number, batch: WriteBatch): void {
    if (epochOf(value) === to) return;
    const { sealer, ring } = this.#deps;
    const number = readUint64(key);
    moveTraces(batch, number, sealer.open(number, value), ring);
    batch.put(TABLES.records, toUint64(number), sealer.rewrap(number, value));
  }

  /** A key that still opens something alive must not be destroyed, whatever went wrong. */
  async #checkMoved(to: number): Promise<void> {
    const { records, lists, holds, healthFiles } = this.#deps.tables;
    for (const table of [records, lists, holds, healthFiles]) {
      for await (const entry of table.entries()) {
        const isSafe = isUnder(entry.value, to) || (table === records && (await this.#isGivenUp(entry)));
        invariant(isSafe, 'all that lives is under the newest epoch');
      }
    }
  }

  async #destroyBefore(to: number): Promise<void> {
    const { store, ring, finisher, erasure } = this.#deps;
    await ring.destroyBefore(to);
    finisher.useKeys(ring.keys);
    await store.compact(REWRITTEN);
    await erasure.bury(to);
    const end = new WriteBatch();
    ring.endLegacy(end);
    endTurn(end);
    await store.commit(end);
  }
}

function isUnder(sealed: Uint8Array, epoch: number): boolean {
  try {
    return epochOf(sealed) === epoch;
  } catch {
    // Not even its first bytes are what they were.
    return false;
  }
}
