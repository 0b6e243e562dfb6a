/**
 * Rows → signed, stored credentials: look for duplicates → draw up → finish (sign, seal) → one synced batch →
 * answer. Some hundred rows share a batch; while one is finished by a thread beside, the next is drawn up and the
 * one before is synced.
 *
 * What a row's answer says is on the disk. Before the commit nothing is; a crash leaves at most unused
 * numbers and status entries behind. The same record again finds the first one, by content: sending a file
 * twice, or once more after a crash, makes nothing new. A signed receipt goes with the answers of each chunk.
 */
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import { isDerivedType, type DerivedRecord } from '../core/record/derived.ts';
import { invariant } from '../core/errors.ts';
import { isDerivedRecord } from '../core/record/derived-schema.ts';
import { DERIVED } from '../core/record/validate.ts';
import { WriteBatch, type Store } from '../service/store.ts';
import { answerChunk, type AnswerDependencies } from './answer.ts';
import type { Budget } from './budget/budget.ts';
import { chunksOf } from './chunks.ts';
import { appendLeaves, putRecords, type FinishedDraft } from './draft-writes.ts';
import { DrawUp, type Draft, type DrawUpDependencies, type Outcome, type RecordRow } from './draw-up.ts';
import { IssuerError } from './errors.ts';
import type { Finisher } from './finisher.ts';
import type { Attempt, KeyedChunk } from './idempotency-attempt.ts';
import type { IntakeRow } from './intake/row.ts';
import type { KeyedIndex } from './keyed-index.ts';
import type { ColourActs, ColourChange } from './health/colour-acts.ts';
import { LANE_COUNT, type Lanes } from './lanes.ts';
import { Lock } from './lock.ts';
import type { Receipts } from './receipts.ts';
import type { DescribedRecord } from './release.ts';
import type { AnsweredChunk, RowResult } from './row.ts';

export interface RecordIssuerDependencies extends DrawUpDependencies {
  readonly store: Store;
  readonly index: KeyedIndex;
  readonly lanes: Lanes;
  readonly finisher: Pick<Finisher, 'finish'>;
  /** Leaves that may wait for the ledger before `ISSUER_BUSY`. */
  readonly maxWaiting: number;
  /** Throws when nothing may be issued now. */
  readonly checkOpen: () => void;
  readonly budget: Pick<Budget, 'spend' | 'writeTo'>;
  readonly describe: (recordNumber: number) => Promise<DescribedRecord>;
  readonly receipts: Pick<Receipts, 'sign'>;
  readonly colourActs: Pick<ColourActs, 'check' | 'addTo'>;
  /** New leaves wait for a batch. */
  readonly onStored: (records: number) => void;
}

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

export class RecordIssuer {
  readonly #deps: RecordIssuerDependencies;
  readonly #lock = new Lock();
  readonly #drawUp: DrawUp;
  /** The chunk drawn up last is handed to the store, and so are all before it. */
  #handedIn: Promise<{ readonly committed: Promise<void> } | undefined> = Promise.resolve(undefined);

  private constructor(deps: RecordIssuerDependencies, drawUp: DrawUp) {
    this.#deps = deps;
    this.#drawUp = drawUp;
  }

  static async open(deps: RecordIssuerDependencies): Promise<RecordIssuer> {
    return new RecordIssuer(deps, await DrawUp.open(deps));
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
    const first = this.#drawUp.nextRecord;
    const outcomes = await this.#drawUp.drawUp(rows, { isRepeated: keyed?.made !== undefined });
    const made = { first, count: this.#drawUp.nextRecord - first };
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
      this.#drawUp.failed(drafts);
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
    const counts = appendLeaves(batch, { drafts, changes }, this.#deps);
    for (const change of changes) this.#deps.colourActs.addTo(batch, change);
    putRecords(batch, drafts, this.#deps.ring);
    if (drafts.length > 0) this.#drawUp.writeTo(batch);
    lists.writeTo(batch);
    budget.writeTo(batch);
    // Commit point. Before it nothing of the chunk exists; after it everything does, and the pipeline finds
    // the new leaves by itself, also after a restart. An empty batch waits for those before it: a duplicate
    // is answered only once its first is on the disk.
    await store.commit(batch);
    this.#drawUp.settled(drafts);
    counts.forEach((count, lane) => lanes.commit(lane, count, now()));
    if (drafts.length + changes.length > 0) onStored(drafts.length);
  }
}

/** Whatever a type says: what comes through intake is a fact, or it is refused. */
function withoutDerived(row: IntakeRow): IntakeRow {
  const isDerived = 'record' in row && isDerivedType(row.record.type);
  return isDerived ? { row: row.row, problems: [DERIVED] } : row;
}

/** What a row says, in one form: a good one its record, a bad one all that is wrong with it. */
function textOf(row: RecordRow): string {
  return `${row.row} ${'record' in row ? toCanonicalJson(row.record) : JSON.stringify(row.problems)}`;
}
