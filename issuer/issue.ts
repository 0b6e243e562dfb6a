/**
 * Rows → signed, stored credentials: look for duplicates → make and sign → seal → one synced batch → answer.
 * A thousand rows share a batch, and while one is being synced the next is made.
 *
 * What a row's answer says is on the disk. Before the commit nothing is; a crash leaves at most unused
 * numbers and status entries behind. The same record again finds the first one, by content: sending a file
 * twice, or once more after a crash, makes nothing new.
 */
import { Buffer } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import { readUint64, toUint64 } from '../service/big-endian.ts';
import type { Clock } from '../service/clock.ts';
import { WriteBatch, type Store } from '../service/store.ts';
import { chunksOf } from './chunks.ts';
import { IssuerError } from './errors.ts';
import { encodeHandleEntry } from './handle-entry.ts';
import type { IntakeRow } from './intake/row.ts';
import type { KeyedIndex } from './keyed-index.ts';
import { LANE_COUNT, type LaneLeaf, type Lanes } from './lanes.ts';
import { Lock } from './lock.ts';
import {
  prepareRecord,
  signRecord,
  type MakerDependencies,
  type NewRecord,
  type UnsignedRecord,
} from './new-record.ts';
import { PROFILES, type RecordSealer } from './record-entry.ts';
import type { IssuedCredential, RefusedRow, RowResult } from './row.ts';
import { TABLES, type IssuerTables } from './store.ts';

export interface RecordIssuerDependencies extends MakerDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly lanes: Lanes;
  readonly sealer: RecordSealer;
  readonly now: Clock;
  /** Leaves that may wait for the ledger before `ISSUER_BUSY`. */
  readonly maxWaiting: number;
  /** Throws when nothing may be issued now. */
  readonly checkOpen: () => void;
  /** The credentials of a stored record. */
  readonly describe: (recordNumber: number) => Promise<readonly IssuedCredential[]>;
  /** New leaves wait for a batch. */
  readonly onStored: (records: number) => void;
}

/** A good row: which record it is, and, when that is new, what was made for it. */
interface Outcome {
  readonly row: number;
  readonly number: number;
  readonly indexKey: Uint8Array;
  readonly made: NewRecord | undefined;
}

/** As {@link Outcome}, not signed yet. */
type Prepared = Omit<Outcome, 'made'> & { readonly unsigned: UnsignedRecord | undefined };

const CHUNK_ROWS = 1_000;
/** Chunks being synced while the next is made. */
const CHUNKS_UNDER_WAY = 2;
/** Other requests get a turn after so many records. */
const TURN_ROWS = 100;
const NEXT_RECORD = toUtf8('next-record');

export class RecordIssuer {
  readonly #deps: RecordIssuerDependencies;
  readonly #lock = new Lock();
  /** Records on their way to the disk, by index key: a twin that arrives meanwhile is a duplicate too. */
  readonly #underWay = new Map<string, number>();
  /** Keys whose commit has ended: the store shows them, so the next look at it may drop them. */
  #settled: string[] = [];
  #nextRecord: number;

  private constructor(deps: RecordIssuerDependencies, nextRecord: number) {
    this.#deps = deps;
    this.#nextRecord = nextRecord;
  }

  static async open(deps: RecordIssuerDependencies): Promise<RecordIssuer> {
    const stored = await deps.tables.meta.get(NEXT_RECORD);
    return new RecordIssuer(deps, stored === undefined ? 1 : readUint64(stored));
  }

  /**
   * Answers each row in order; an answer means that the row is on the disk. Memory does not grow with the
   * number of rows. Throws `ISSUER_BUSY` when too much waits for the ledger, and `STORE_FAILED`; the rows
   * answered before hold all the same, and sending everything again is safe.
   */
  async *issueRows(rows: AsyncIterable<IntakeRow> | Iterable<IntakeRow>): AsyncGenerator<RowResult> {
    const underWay: { readonly results: Promise<readonly RowResult[]> }[] = [];
    for await (const chunk of chunksOf(rows, CHUNK_ROWS)) {
      underWay.push(await this.#lock.run(() => this.#issueChunk(chunk)));
      const oldest = underWay.length > CHUNKS_UNDER_WAY ? underWay.shift() : undefined;
      if (oldest !== undefined) yield* await oldest.results;
    }
    for (const { results } of underWay) yield* await results;
  }

  /** Ends when the chunk is handed to the store; `results` when it is on the disk. Under the lock. */
  async #issueChunk(
    chunk: readonly IntakeRow[],
  ): Promise<{ readonly results: Promise<readonly RowResult[]> }> {
    this.#checkRoom();
    const outcomes = await this.#makeAll(chunk);
    const results = this.#commit(outcomes).then(() => this.#answer(chunk, outcomes));
    // Awaited later: until then a failure must not count as unhandled.
    results.catch(() => undefined);
    return { results };
  }

  #checkRoom(): void {
    this.#deps.checkOpen();
    let waiting = 0;
    for (let lane = 0; lane < LANE_COUNT; lane++) waiting += this.#deps.lanes.waiting(lane);
    if (waiting > this.#deps.maxWaiting)
      throw new IssuerError('ISSUER_BUSY', 'too much waits for the ledger');
  }

  async #makeAll(chunk: readonly IntakeRow[]): Promise<readonly Outcome[]> {
    const drafts = chunk.flatMap((row) => ('record' in row ? [this.#draft(row)] : []));
    for (const key of this.#settled.splice(0)) this.#underWay.delete(key);
    const stored = await this.#deps.tables.duplicates.getMany(drafts.map(({ indexKey }) => indexKey));
    const issuedAtSeconds = Math.floor(this.#deps.now() / 1000);
    const inChunk = new Map<string, number>();
    const outcomes: Promise<Outcome>[] = [];
    for (let from = 0; from < drafts.length; from += TURN_ROWS) {
      // All are prepared, then all are handed to the thread pool: waking its threads costs more than the rest.
      const prepared = drafts.slice(from, from + TURN_ROWS).map((draft, i): Prepared => {
        const { row, record, recordBytes, indexKey } = draft;
        const name = nameOf(indexKey);
        const before = stored[from + i];
        const known =
          before === undefined ? (this.#underWay.get(name) ?? inChunk.get(name)) : readUint64(before);
        if (known !== undefined) return { row, number: known, indexKey, unsigned: undefined };
        const number = this.#nextRecord++;
        inChunk.set(name, number);
        return {
          row,
          number,
          indexKey,
          unsigned: prepareRecord({ record, recordBytes, issuedAtSeconds }, this.#deps),
        };
      });
      for (const one of prepared) outcomes.push(this.#sign(one));
      await nextTurn();
    }
    return await Promise.all(outcomes);
  }

  #sign({ unsigned, ...outcome }: Prepared): Promise<Outcome> {
    if (unsigned === undefined) return Promise.resolve({ ...outcome, made: undefined });
    const signed = signRecord(unsigned, this.#deps).then((made) => ({ ...outcome, made }));
    // Awaited with all others of the chunk: until then a failure must not count as unhandled.
    signed.catch(() => undefined);
    return signed;
  }

  #draft(
    row: Extract<IntakeRow, { record: unknown }>,
  ): typeof row & { recordBytes: Uint8Array; indexKey: Uint8Array } {
    const recordBytes = toUtf8(toCanonicalJson(row.record));
    return { ...row, recordBytes, indexKey: this.#deps.index.ofRecord(recordBytes) };
  }

  /** Everything of the chunk in one batch. No await before the commit: lanes and store keep one order. */
  async #commit(outcomes: readonly Outcome[]): Promise<void> {
    const { store, lists, lanes, now, onStored } = this.#deps;
    const batch = new WriteBatch();
    const counts = this.#appendLeaves(outcomes, batch);
    const names = this.#addRecords(outcomes, batch);
    lists.writeTo(batch);
    // Commit point. Before it nothing of the chunk exists; after it everything does, and the pipeline finds
    // the new leaves by itself, also after a restart. An empty batch waits for those before it: a duplicate
    // is answered only once its first is on the disk.
    await store.commit(batch);
    this.#settled.push(...names);
    counts.forEach((count, lane) => lanes.commit(lane, count, now()));
    if (names.length > 0) onStored(names.length);
  }

  /** Adds leaves and handles; returns the number of leaves for each lane. */
  #appendLeaves(outcomes: readonly Outcome[], batch: WriteBatch): readonly number[] {
    const lanes = Array.from({ length: LANE_COUNT }, (): (LaneLeaf & { readonly handle: string })[] => []);
    for (const { number, made } of outcomes) {
      made?.credentials.forEach(({ lane, leafHash, handle }, place) => {
        lanes[lane]?.push({ leafHash, recordNumber: number, place, handle });
      });
    }
    lanes.forEach((leaves, lane) => {
      if (leaves.length === 0) return;
      const first = this.#deps.lanes.append(lane, leaves, batch);
      leaves.forEach(({ recordNumber, place, handle }, i) => {
        const value = encodeHandleEntry({ recordNumber, place, lane, entry: first + i });
        batch.put(TABLES.handles, this.#deps.index.ofHandle(handle), value);
      });
    });
    return lanes.map((leaves) => leaves.length);
  }

  /** Adds the new records; returns the names of their index keys. */
  #addRecords(outcomes: readonly Outcome[], batch: WriteBatch): readonly string[] {
    const names: string[] = [];
    for (const { number, indexKey, made } of outcomes) {
      if (made === undefined) continue;
      const key = toUint64(number);
      batch.put(TABLES.records, key, this.#deps.sealer.seal(number, made));
      batch.put(TABLES.duplicates, indexKey, key);
      const name = nameOf(indexKey);
      this.#underWay.set(name, number);
      names.push(name);
    }
    if (names.length > 0) batch.put(TABLES.meta, NEXT_RECORD, toUint64(this.#nextRecord));
    return names;
  }

  async #answer(chunk: readonly IntakeRow[], outcomes: readonly Outcome[]): Promise<readonly RowResult[]> {
    const results: RowResult[] = [];
    let next = 0;
    for (const row of chunk) {
      if ('problems' in row) {
        results.push({ row: row.row, problems: row.problems } satisfies RefusedRow);
        continue;
      }
      // One outcome for each good row, in the same order.
      const { number, made } = outcomes[next++]!;
      results.push({
        row: row.row,
        recordId: this.#deps.index.toRecordId(number),
        duplicate: made === undefined,
        credentials: made === undefined ? await this.#deps.describe(number) : credentialsOf(made),
      });
    }
    return results;
  }
}

/** A key of a map, from bytes. */
function nameOf(indexKey: Uint8Array): string {
  return Buffer.from(indexKey.buffer, indexKey.byteOffset, indexKey.length).toString('latin1');
}

function credentialsOf(made: NewRecord): readonly IssuedCredential[] {
  return PROFILES.map((profile, place) => {
    // A record has a credential for each profile.
    return { profile, handle: made.credentials[place]!.handle, state: 'anchoring' };
  });
}
