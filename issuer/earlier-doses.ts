/**
 * Whether a new dose against COVID-19 fits those that this issuer issued to the same person before. What does not fit is
 * noted with the row and issued all the same: which of the two is wrong nobody can tell here, and the one that is gets
 * corrected or revoked by an act. Doses that are withdrawn already are left out.
 *
 * People are known by their document alone, under a keyed name; most are new, which one look at a table says.
 */
import { concatBytes } from '../core/bytes/concat.ts';
import type { IssuableRecord } from '../core/record/derived.ts';
import { readUint64, toUint64 } from '../service/big-endian.ts';
import { EnvelopeError } from '../service/envelope.ts';
import { doseOf, firstContradiction, isNumberedForLife, type Dose } from './intake/dose-sequence.ts';
import type { IntakeProblem } from './intake/row.ts';
import type { Names } from './privacy/key-ring.ts';
import { recordOf, type RecordSealer } from './record-entry.ts';
import type { Release } from './release.ts';
import type { IssuerTables } from './store.ts';

export interface EarlierDosesDependencies {
  readonly tables: Pick<IssuerTables, 'people' | 'documents' | 'records'>;
  readonly sealer: Pick<RecordSealer, 'open'>;
  readonly release: Pick<Release, 'isWithdrawn'>;
}

/** A record that is about to be made. */
export interface NewRecord {
  readonly record: IssuableRecord;
  readonly documentNames: Names;
}

const NONE: readonly IntakeProblem[] = [];
/** Sorts after every record's number. */
const BEYOND: Uint8Array = new Uint8Array(9).fill(0xff);

export class EarlierDoses {
  readonly #deps: EarlierDosesDependencies;

  constructor(deps: EarlierDosesDependencies) {
    this.#deps = deps;
  }

  /** What is to be noted with each, in their order. */
  async notesOn(rows: readonly NewRecord[]): Promise<readonly (readonly IntakeProblem[])[]> {
    const known = await this.#knownAmong(rows);
    if (known.size === 0) return rows.map(() => NONE);
    return await Promise.all(rows.map(async (row) => (known.has(row) ? await this.#notesOn(row) : NONE)));
  }

  async #knownAmong(rows: readonly NewRecord[]): Promise<ReadonlySet<NewRecord>> {
    const asked = rows
      .filter(({ record }) => isNumberedForLife(record))
      .flatMap((row) => row.documentNames.all.map((name) => ({ row, name })));
    if (asked.length === 0) return new Set();
    const found = await this.#deps.tables.people.getMany(asked.map(({ name }) => name));
    return new Set(asked.filter((_, i) => found[i] !== undefined).map(({ row }) => row));
  }

  async #notesOn({ record, documentNames }: NewRecord): Promise<readonly IntakeProblem[]> {
    if (!isNumberedForLife(record)) return NONE;
    const problem = firstContradiction(doseOf(record, ''), await this.#dosesUnder(documentNames.all));
    return problem === undefined ? NONE : [problem];
  }

  async #dosesUnder(names: readonly Uint8Array[]): Promise<readonly Dose[]> {
    const { documents, records } = this.#deps.tables;
    const doses: Dose[] = [];
    for (const name of names) {
      for await (const { key } of documents.entries({ from: name, before: concatBytes(name, BEYOND) })) {
        const number = readUint64(key, name.length);
        const sealed = await records.get(toUint64(number));
        if (sealed !== undefined) doses.push(...this.#doseIn(number, sealed));
      }
    }
    return doses;
  }

  #doseIn(number: number, sealed: Uint8Array): readonly Dose[] {
    try {
      const entry = this.#deps.sealer.open(number, sealed);
      const record = recordOf(entry);
      const counts = isNumberedForLife(record) && !this.#deps.release.isWithdrawn(entry);
      return counts ? [doseOf(record, 'issued before')] : [];
    } catch (error) {
      // A record that does not open says nothing (docs/privacy.md).
      if (error instanceof EnvelopeError) return [];
      throw error;
    }
  }
}
