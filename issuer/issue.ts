/**
 * Rows → signed, stored credentials: look for duplicates → draw up → finish (sign, seal) → one synced batch →
 * answer. Some hundred rows share a batch; while one is finished by a thread beside, the next is drawn up and the
 * one before is synced.
 *
 * What a row's answer says is on the disk. Before the commit nothing is; a crash leaves at most unused
 * numbers and status entries behind. The same record again finds the first one, by content: sending a file
 * twice, or once more after a crash, makes nothing new. A signed receipt goes with the answers of each chunk.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import { isDerivedType, type DerivedRecord, type IssuableRecord } from '../core/record/derived.ts';
import { invariant } from '../core/errors.ts';
import { isDerivedRecord } from '../core/record/derived-schema.ts';
import { DERIVED } from '../core/record/validate.ts';
import { validityOf } from '../core/record/validity.ts';
import { readUint64, toUint64 } from '../service/big-endian.ts';
import type { Clock } from '../service/clock.ts';
import { WriteBatch, type Store } from '../service/store.ts';
import { answerChunk, type AnswerDependencies } from './answer.ts';
import type { Budget } from './budget/budget.ts';
import { chunksOf } from './chunks.ts';
import { IssuerError } from './errors.ts';
import type { FinishedRecord } from './finish.ts';
import type { Finisher } from './finisher.ts';
import { encodeHandleEntry } from './handle-entry.ts';
import type { Attempt, KeyedChunk } from './idempotency-attempt.ts';
import type { EarlierDoses } from './earlier-doses.ts';
import type { IntakeProblem, IntakeRow } from './intake/row.ts';
import type { KeyedIndex } from './keyed-index.ts';
import type { KeyRing, Names } from './privacy/key-ring.ts';
import { putTraces, type RecordTraces } from './privacy/traces.ts';
import type { ColourActs, ColourChange } from './health/colour-acts.ts';
import { COLOUR_PLACE, LANE_COUNT, laneOf, type LaneLeaf, type Lanes } from './lanes.ts';
import { Lock } from './lock.ts';
import { newCredentials, type MakerDependencies, type NewCredential } from './new-record.ts';
import type { Receipts } from './receipts.ts';
import type { DescribedRecord } from './release.ts';
import type { AnsweredChunk, RowResult } from './row.ts';
import { TABLES, type IssuerTables } from './store.ts';

export interface RecordIssuerDependencies extends MakerDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly ring: KeyRing;
  readonly lanes: Lanes;
  readonly finisher: Pick<Finisher, 'finish'>;
  readonly now: Clock;
  /** Leaves that may wait for the ledger before `ISSUER_BUSY`. */
  readonly maxWaiting: number;
  /** Throws when nothing may be issued now. */
  readonly checkOpen: () => void;
  readonly budget: Pick<Budget, 'spend' | 'writeTo'>;
  readonly describe: (recordNumber: number) => Promise<DescribedRecord>;
  readonly receipts: Pick<Receipts, 'sign'>;
  /** Those of the records that wait for their erasure. */
  readonly beingErased: (numbers: readonly number[]) => Promise<ReadonlySet<number>>;
  readonly earlierDoses: Pick<EarlierDoses, 'notesOn'>;
  readonly colourActs: Pick<ColourActs, 'check' | 'addTo'>;
  /** New leaves wait for a batch. */
  readonly onStored: (records: number) => void;
}

/** A good row whose record is new. */
export interface Draft {
  readonly number: number;
  readonly recordBytes: Uint8Array;
  readonly traces: RecordTraces;
  /** The record's canonical text: its name as long as it is on its way to the disk. */
  readonly name: string;
  /** In the order of `PROFILES`. */
  readonly credentials: readonly NewCredential[];
  /** What is odd about it, though it is issued. */
  readonly notes: readonly IntakeProblem[];
}

/**
 * Why a good row makes no record. `erased`: this very request made or found it before, and it was erased since; whoever
 * repeats a request does not ask for that to be undone. `leaving`: the same record is just being erased; neither is it
 * there to be answered, nor gone so that it could be made anew. `ended`: it is over by what it says itself.
 */
export type Refusal = 'erased' | 'leaving' | 'ended';

/** A good row: the record it is, and its draft when that is new. */
export type Outcome = { readonly number: number; readonly draft: Draft | undefined } | Refusal;

/** What is known of a good row before anything is made for it. */
interface GoodRow {
  readonly record: IssuableRecord;
  readonly name: string;
  readonly recordBytes: Uint8Array;
  readonly recordNames: Names;
  readonly documentNames: Names;
}

export type FinishedDraft = Draft & FinishedRecord;

/** A row of intake, or a record that was derived here. */
export type RecordRow = IntakeRow | { readonly row: number; readonly record: DerivedRecord };

/** Derived records on their way, with what belongs to the same commit. */
export interface DerivedIssue {
  /**
   * Adds writes to the batch that stores the records: all are on the disk, or none. Called at the commit point, in
   * one go, so it must not throw; `recordIds` in the order of the records, `undefined` for one that is refused.
   */
  readonly addTo?: (batch: WriteBatch, recordIds: readonly (string | undefined)[]) => void;
  /** Changes of colours that are stored, and anchored, with the records. */
  readonly changes?: readonly ColourChange[];
}

/** Rows that are drawn up, finished and stored together. */
export interface Chunk {
  readonly rows: readonly RecordRow[];
  /** One for each good row, in order. */
  readonly outcomes: readonly Outcome[];
  /** Of a request with an idempotency key. */
  readonly keyed: KeyedChunk | undefined;
}

/** What is stored with a chunk. */
interface ToCommit {
  readonly changes: readonly ColourChange[];
  readonly addTo: (batch: WriteBatch) => void;
}

/** A chunk on its way to the disk. */
interface ChunkUnderWay {
  readonly answer: Promise<AnsweredChunk>;
}

const CHUNK_ROWS = 500;
/** Chunks being finished and synced while the next is drawn up. */
const CHUNKS_UNDER_WAY = 2;
/** Other requests get a turn after so many records. */
const TURN_ROWS = 100;
const NEXT_RECORD = toUtf8('next-record');
const NOTHING = new Uint8Array(0);

export class RecordIssuer {
  readonly #deps: RecordIssuerDependencies;
  readonly #lock = new Lock();
  /** Records on their way to the disk, by name: a twin that arrives meanwhile is a duplicate too. */
  readonly #underWay = new Map<string, number>();
  /** Names whose commit has ended: the store shows them, so the next look at it may drop them. */
  #settled: string[] = [];
  /** The chunk drawn up last is handed to the store, and so are all before it. */
  #handedIn: Promise<{ readonly committed: Promise<void> } | undefined> = Promise.resolve(undefined);
  #nextRecord: number;

  private constructor(deps: RecordIssuerDependencies, nextRecord: number) {
    this.#deps = deps;
    this.#nextRecord = nextRecord;
  }

  static async open(deps: RecordIssuerDependencies): Promise<RecordIssuer> {
    const stored = await deps.tables.meta.get(NEXT_RECORD);
    return new RecordIssuer(deps, stored === undefined ? 1 : readUint64(stored));
  }

  /** The rows' answers alone; see {@link issueChunks}. */
  async *issueRows(rows: AsyncIterable<IntakeRow> | Iterable<IntakeRow>): AsyncGenerator<RowResult> {
    for await (const { results } of this.issueChunks(rows)) yield* results;
  }

  /**
   * Answers the rows in order, chunk by chunk; an answer means that the rows are on the disk. Memory does not grow
   * with the number of rows. Throws `ISSUER_BUSY` when too much waits for the ledger, `ISSUER_OVER_BUDGET`,
   * `STORE_FAILED`, what `rows` throws and, with an `attempt`, `IDEMPOTENCY_KEY_REUSED`. Rows answered before hold
   * all the same, and sending everything again is safe.
   */
  async *issueChunks(
    rows: AsyncIterable<IntakeRow> | Iterable<IntakeRow>,
    attempt?: Attempt,
  ): AsyncGenerator<AnsweredChunk> {
    const underWay: ChunkUnderWay[] = [];
    let fault: { readonly error: unknown } | undefined;
    try {
      for await (const chunk of chunksOf(rows, CHUNK_ROWS)) {
        const taken = chunk.map(withoutDerived);
        const { receipts } = this.#deps;
        underWay.push(await this.#lock.run(() => this.#issueChunk(taken, { attempt, receipts })));
        const oldest = underWay.length > CHUNKS_UNDER_WAY ? underWay.shift() : undefined;
        if (oldest !== undefined) yield await oldest.answer;
      }
    } catch (error) {
      // A file that breaks off does not take the answers to its beginning with it.
      fault = { error };
    }
    for (const { answer } of underWay) yield await answer;
    if (fault !== undefined) throw fault.error;
    await attempt?.end();
  }

  /**
   * Issues what this house derived itself, in one synced batch with what `addTo` adds. The one door for derived
   * records: no file, request or code of elsewhere leads here. At most 500 at a time; the same record again makes
   * nothing new, and `addTo` is called all the same. Throws as {@link issueChunks}.
   */
  async issueDerived(
    records: readonly DerivedRecord[],
    also: DerivedIssue = {},
  ): Promise<readonly RowResult[]> {
    invariant(records.length <= CHUNK_ROWS, 'derived records come few at a time');
    invariant(records.every(isDerivedRecord), 'a derived record has its form');
    for (const record of records) {
      if (record.type === 'status') await this.#deps.colourActs.check(record, also.changes ?? []);
    }
    const rows = records.map((record, i) => ({ row: i + 1, record }));
    const unpromised = { attempt: undefined, receipts: undefined };
    const { answer } = await this.#lock.run(() => this.#issueChunk(rows, { ...unpromised, ...also }));
    return (await answer).results;
  }

  /** Runs `change` while no row is between its being drawn up and the disk; rows that come meanwhile wait. */
  async whileStill<Result>(change: () => Promise<Result>): Promise<Result> {
    return await this.#lock.run(async () => {
      // The last one is behind all before it. One that failed is as settled as one that is on the disk.
      await this.#handedIn.then((last) => last?.committed).catch(() => undefined);
      return await change();
    });
  }

  /** Ends when the chunk is drawn up; its answer comes when it is on the disk. Under the lock. */
  async #issueChunk(
    rows: readonly RecordRow[],
    {
      attempt,
      receipts,
      addTo,
      changes = [],
    }: Pick<AnswerDependencies, 'attempt' | 'receipts'> & DerivedIssue,
  ): Promise<ChunkUnderWay> {
    // What brings no leaf needs no room, and must not wait for it: the pass that makes room does such work first.
    if (rows.length === 0) this.#deps.checkOpen();
    else this.checkRoom();
    const keyed = await attempt?.open(toUtf8(rows.map(textOf).join('\n')));
    const first = this.#nextRecord;
    const outcomes = await this.#drawUp(rows, { isRepeated: keyed?.made !== undefined });
    const made = { first, count: this.#nextRecord - first };
    const chunk = { rows, outcomes, keyed };
    const answer = this.#finishAndCommit(chunk, changes, (batch) => {
      if (keyed?.made === undefined && keyed !== undefined) attempt?.addTo(batch, keyed, made);
      addTo?.(
        batch,
        outcomes.map((outcome) =>
          typeof outcome === 'string' ? undefined : this.#deps.index.toRecordId(outcome.number),
        ),
      );
    }).then((finished) => answerChunk(chunk, finished, { ...this.#deps, attempt, receipts }));
    // Awaited later: until then a failure must not count as unhandled.
    answer.catch(() => undefined);
    return { answer };
  }

  /** Throws `ISSUER_BUSY` when too much waits for the ledger, `ISSUER_HALTED`. */
  checkRoom(): void {
    this.#deps.checkOpen();
    let waiting = 0;
    for (let lane = 0; lane < LANE_COUNT; lane++) waiting += this.#deps.lanes.waiting(lane);
    if (waiting > this.#deps.maxWaiting)
      throw new IssuerError('ISSUER_BUSY', 'too much waits for the ledger');
  }

  /** An outcome for each good row of the chunk, in order; a chunk that is repeated makes nothing new. */
  async #drawUp(
    chunk: readonly RecordRow[],
    { isRepeated }: { readonly isRepeated: boolean },
  ): Promise<readonly Outcome[]> {
    const rows = chunk.flatMap((row) => ('record' in row ? [this.#read(row)] : []));
    for (const name of this.#settled.splice(0)) this.#underWay.delete(name);
    const stored = await this.#storedNumbers(rows);
    const issuedAtSeconds = Math.floor(this.#deps.now() / 1000);
    const fresh = this.#newAmong(rows, stored).filter((record) => !hasEnded(record, issuedAtSeconds));
    if (!isRepeated) this.#deps.budget.spend(fresh, this.#deps.now());
    const leaving = await this.#deps.beingErased(stored.filter((number) => number !== undefined));
    const unknown = rows.filter(({ name }, i) => stored[i] === undefined && !this.#underWay.has(name));
    const notes = await this.#deps.earlierDoses.notesOn(unknown);
    const notesOf = new Map(unknown.map((row, i) => [row, notes[i] ?? []]));
    const outcomes: Outcome[] = [];
    for (const [i, row] of rows.entries()) {
      if (i > 0 && i % TURN_ROWS === 0) await nextTurn();
      const known = stored[i] ?? this.#underWay.get(row.name);
      if (known === undefined)
        outcomes.push(this.#outcomeOfNew(row, notesOf.get(row) ?? [], { isRepeated, issuedAtSeconds }));
      else if (leaving.has(known)) outcomes.push(isRepeated ? 'erased' : 'leaving');
      else outcomes.push({ number: known, draft: undefined });
    }
    return outcomes;
  }

  /** The records that are neither stored, nor under way, nor named before among the rows. */
  #newAmong(rows: readonly GoodRow[], stored: readonly (number | undefined)[]): readonly IssuableRecord[] {
    const fresh = new Map<string, IssuableRecord>();
    for (const [i, { name, record }] of rows.entries()) {
      if (stored[i] === undefined && !this.#underWay.has(name)) fresh.set(name, record);
    }
    return [...fresh.values()];
  }

  #read({ record }: Extract<RecordRow, { record: unknown }>): GoodRow {
    const name = toCanonicalJson(record);
    const recordBytes = toUtf8(name);
    const { ring } = this.#deps;
    const documentNames = ring.documentNames(record.subject);
    return { record, name, recordBytes, recordNames: ring.recordNames(recordBytes), documentNames };
  }

  /** The number of each row's record, `undefined` when it is not stored. */
  async #storedNumbers(rows: readonly GoodRow[]): Promise<readonly (number | undefined)[]> {
    const values = await this.#deps.tables.duplicates.getMany(
      rows.flatMap(({ recordNames }) => recordNames.all),
    );
    let at = 0;
    return rows.map(({ recordNames: { all } }) => {
      const found = values.slice(at, (at += all.length)).find((value) => value !== undefined);
      return found === undefined ? undefined : readUint64(found);
    });
  }

  #outcomeOfNew(
    row: GoodRow,
    notes: readonly IntakeProblem[],
    { isRepeated, issuedAtSeconds }: { readonly isRepeated: boolean; readonly issuedAtSeconds: number },
  ): Outcome {
    if (hasEnded(row.record, issuedAtSeconds)) return 'ended';
    return isRepeated ? 'erased' : this.#draft(row, notes, issuedAtSeconds);
  }

  #draft(
    { record, recordBytes, recordNames, documentNames, name }: GoodRow,
    notes: readonly IntakeProblem[],
    issuedAtSeconds: number,
  ): Outcome {
    const number = this.#nextRecord++;
    this.#underWay.set(name, number);
    const credentials = newCredentials(record, issuedAtSeconds, this.#deps);
    const traces = { record, recordBytes, recordNames, documentNames, issuedAtSeconds };
    return { number, draft: { number, recordBytes, traces, name, credentials, notes } };
  }

  /** Resolves when all of the chunk, and of the chunks before it, is on the disk. */
  async #finishAndCommit(
    { outcomes }: Chunk,
    changes: readonly ColourChange[],
    addTo: (batch: WriteBatch) => void,
  ): Promise<readonly FinishedDraft[]> {
    const drafts = outcomes.flatMap((outcome) =>
      typeof outcome === 'string' || outcome.draft === undefined ? [] : [outcome.draft],
    );
    const handedIn = this.#handIn(drafts, { before: this.#handedIn, changes, addTo });
    this.#handedIn = handedIn;
    try {
      const { finished, committed } = await handedIn;
      await committed;
      return finished;
    } catch (error) {
      // Whoever was drawn up after this has failed too; what comes now starts anew.
      for (const { name } of drafts) this.#underWay.delete(name);
      if (this.#handedIn === handedIn) this.#handedIn = Promise.resolve(undefined);
      throw error;
    }
  }

  /** Finishes the drafts and hands them to the store, in the order of the chunks: lanes and store keep one order. */
  async #handIn(
    drafts: readonly Draft[],
    { before, ...also }: ToCommit & { readonly before: Promise<unknown> },
  ): Promise<{ readonly finished: readonly FinishedDraft[]; readonly committed: Promise<void> }> {
    const [finished] = await Promise.all([this.#finish(drafts), before]);
    const committed = this.#commit(finished, also);
    committed.catch(() => undefined);
    return { finished, committed };
  }

  async #finish(drafts: readonly Draft[]): Promise<readonly FinishedDraft[]> {
    const unsigned = drafts.map(({ number, recordBytes, credentials }) => {
      return { number, recordBytes, payloads: credentials.map(({ payloadBytes }) => payloadBytes) };
    });
    const finished = await this.#deps.finisher.finish(unsigned);
    // One for each draft, in their order.
    return drafts.map((draft, i) => ({ ...draft, ...finished[i]! }));
  }

  /** Everything of the chunk in one batch. No await before the commit. */
  async #commit(drafts: readonly FinishedDraft[], { changes, addTo }: ToCommit): Promise<void> {
    const { store, lists, lanes, budget, now, onStored } = this.#deps;
    const batch = new WriteBatch();
    addTo(batch);
    const counts = this.#appendLeaves(drafts, changes, batch);
    for (const change of changes) this.#deps.colourActs.addTo(batch, change);
    this.#addRecords(drafts, batch);
    lists.writeTo(batch);
    budget.writeTo(batch);
    // Commit point. Before it nothing of the chunk exists; after it everything does, and the pipeline finds
    // the new leaves by itself, also after a restart. An empty batch waits for those before it: a duplicate
    // is answered only once its first is on the disk.
    await store.commit(batch);
    for (const { name } of drafts) this.#settled.push(name);
    counts.forEach((count, lane) => lanes.commit(lane, count, now()));
    if (drafts.length + changes.length > 0) onStored(drafts.length);
  }

  /** Adds leaves and handles; returns the number of leaves for each lane. */
  #appendLeaves(
    drafts: readonly FinishedDraft[],
    changes: readonly ColourChange[],
    batch: WriteBatch,
  ): readonly number[] {
    const lanes = Array.from({ length: LANE_COUNT }, (): (LaneLeaf & { readonly handle?: string })[] => []);
    for (const { number, credentials, leafHashes } of drafts) {
      credentials.forEach(({ lane, handle }, place) => {
        // A leaf for each credential, in their order.
        lanes[lane]?.push({ leafHash: leafHashes[place]!, recordNumber: number, place, handle });
      });
    }
    for (const { number, leafHash } of changes) {
      const lane = laneOf('short', number % 2);
      lanes[lane]?.push({ leafHash, recordNumber: number, place: COLOUR_PLACE });
    }
    lanes.forEach((leaves, lane) => {
      if (leaves.length === 0) return;
      const first = this.#deps.lanes.append(lane, leaves, batch);
      leaves.forEach(({ recordNumber, place, handle }, i) => {
        if (handle === undefined) return;
        const value = encodeHandleEntry({ recordNumber, place, lane, entry: first + i });
        batch.put(TABLES.handles, this.#deps.index.ofHandle(handle), value);
      });
    });
    return lanes.map((leaves) => leaves.length);
  }

  #addRecords(drafts: readonly FinishedDraft[], batch: WriteBatch): void {
    for (const { number, traces, sealed } of drafts) {
      batch.put(TABLES.records, toUint64(number), sealed);
      putTraces(batch, number, traces, this.#deps.ring);
      if (mayTurnColours(traces.record)) batch.put(TABLES.healthFacts, toUint64(number), NOTHING);
    }
    if (drafts.length > 0) batch.put(TABLES.meta, NEXT_RECORD, toUint64(this.#nextRecord));
  }
}

/** `health/` follows it with the next pass: a fact that rules look at, or one that says whose documents belong together. */
function mayTurnColours({ type, subject }: IssuableRecord): boolean {
  return type === 'test' || type === 'declaration' || (subject.linked !== undefined && !isDerivedType(type));
}

/** Whatever a type says: what comes through intake is a fact, or it is refused. */
function withoutDerived(row: IntakeRow): IntakeRow {
  const isDerived = 'record' in row && isDerivedType(row.record.type);
  return isDerived ? { row: row.row, problems: [DERIVED] } : row;
}

/** No code of it could be valid for a moment, and nobody may hold a person's record for nothing. */
function hasEnded(record: IssuableRecord, atSeconds: number): boolean {
  const { expiresAtSeconds } = validityOf(record);
  return expiresAtSeconds !== undefined && expiresAtSeconds <= atSeconds;
}

/** What a row says, in one form: a good one its record, a bad one all that is wrong with it. */
function textOf(row: RecordRow): string {
  return `${row.row} ${'record' in row ? toCanonicalJson(row.record) : JSON.stringify(row.problems)}`;
}
