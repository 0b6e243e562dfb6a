/**
 * Rows → drafts: which of the good ones are there already, by content, and what the new ones are to say. One chunk at a
 * time is drawn up.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import type { DerivedRecord, IssuableRecord } from '../core/record/derived.ts';
import { validityOf } from '../core/record/validity.ts';
import { readUint64, toUint64 } from '../service/big-endian.ts';
import type { Clock } from '../service/clock.ts';
import type { WriteBatch } from '../service/store.ts';
import type { Budget } from './budget/budget.ts';
import type { EarlierDoses } from './earlier-doses.ts';
import type { IntakeProblem, IntakeRow } from './intake/row.ts';
import { newCredentials, type MakerDependencies, type NewCredential } from './new-record.ts';
import type { KeyRing, Names } from './privacy/key-ring.ts';
import type { RecordTraces } from './privacy/traces.ts';
import { TABLES, type IssuerTables } from './store.ts';

export interface DrawUpDependencies extends MakerDependencies {
  readonly tables: IssuerTables;
  readonly ring: KeyRing;
  readonly now: Clock;
  readonly budget: Pick<Budget, 'spend'>;
  /** Those of the records that wait for their erasure. */
  readonly beingErased: (numbers: readonly number[]) => Promise<ReadonlySet<number>>;
  readonly earlierDoses: Pick<EarlierDoses, 'notesOn'>;
}

/** A row of intake, or a record that was derived here. */
export type RecordRow = IntakeRow | { readonly row: number; readonly record: DerivedRecord };

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

/** Other requests get a turn after so many records. */
const TURN_ROWS = 100;
const NEXT_RECORD = toUtf8('next-record');

export class DrawUp {
  readonly #deps: DrawUpDependencies;
  /** Records on their way to the disk, by name: a twin that arrives meanwhile is a duplicate too. */
  readonly #underWay = new Map<string, number>();
  /** Names whose commit has ended: the store shows them, so the next look at it may drop them. */
  #settled: string[] = [];
  #nextRecord: number;

  private constructor(deps: DrawUpDependencies, nextRecord: number) {
    this.#deps = deps;
    this.#nextRecord = nextRecord;
  }

  static async open(deps: DrawUpDependencies): Promise<DrawUp> {
    const stored = await deps.tables.meta.get(NEXT_RECORD);
    return new DrawUp(deps, stored === undefined ? 1 : readUint64(stored));
  }

  /** The number that the next new record gets. */
  get nextRecord(): number {
    return this.#nextRecord;
  }

  /** Adds what a start reads to what `batch` stores. */
  writeTo(batch: WriteBatch): void {
    batch.put(TABLES.meta, NEXT_RECORD, toUint64(this.#nextRecord));
  }

  /** They are on the disk. */
  settled(drafts: readonly Draft[]): void {
    for (const { name } of drafts) this.#settled.push(name);
  }

  /** They will not be there. */
  failed(drafts: readonly Draft[]): void {
    for (const { name } of drafts) this.#underWay.delete(name);
  }

  /** An outcome for each good row of the chunk, in order; a chunk that is repeated makes nothing new. */
  async drawUp(
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
}

/** No code of it could be valid for a moment, and nobody may hold a person's record for nothing. */
function hasEnded(record: IssuableRecord, atSeconds: number): boolean {
  const { expiresAtSeconds } = validityOf(record);
  return expiresAtSeconds !== undefined && expiresAtSeconds <= atSeconds;
}
