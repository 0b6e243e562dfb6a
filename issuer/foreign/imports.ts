/**
 * Takes codes of other systems over: judged, completed, and issued again as records of this issuer that name where they
 * come from. One code may hold several records. Each is found again by a keyed name of what it was in the code, however
 * the code is written and whoever asks: the same code twice makes nothing new, and is for the same document only. Erasing
 * the record forgets that name.
 */
import { toBase64url } from '../../core/bytes/base64url.ts';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { equalBytes } from '../../core/bytes/equal.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import type { Subject } from '../../core/record/record.ts';
import type { PlainObject } from '../../core/record/structure.ts';
import { withNormalNumber } from '../../core/record/validate.ts';
import type { ReasonCode } from '../../core/verify/reasons.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { REFUSALS } from '../answer.ts';
import type { IntakeRow } from '../intake/row.ts';
import type { RecordIssuer } from '../issue.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import { Lock } from '../lock.ts';
import type { KeyRing } from '../privacy/key-ring.ts';
import { PROFILES, recordOf, type RecordSealer } from '../record-entry.ts';
import type { DescribedRecord } from '../release.ts';
import type { RowResult } from '../row.ts';
import type { IssuerTables } from '../store.ts';
import { importedRecord } from './imported-record.ts';
import { judgeImport, refused, type JudgedImport } from './judge-import.ts';
import type { PinnedTrust } from './pinned-trust.ts';

export interface ImportRequest {
  readonly code: string;
  /** The person as on the document in hand. */
  readonly subject: Subject;
  /** The officer, by number. */
  readonly checkedBy: string;
  readonly isDocumentSeen: boolean;
  /** What the code leaves out, for each of its records in their order. */
  readonly complete: readonly PlainObject[];
}

export interface ImportAnswer {
  readonly format: string;
  readonly signer?: { readonly name: string; readonly country?: string };
  /** What the officer's word stood in for; empty when the code was confirmed. */
  readonly overruled: readonly ReasonCode[];
  /** One for each record of the code; `row` counts from 1. */
  readonly rows: readonly RowResult[];
  readonly receipts: readonly string[];
}

export interface ImportsDependencies {
  readonly crypto: Crypto;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly ring: KeyRing;
  readonly sealer: RecordSealer;
  readonly records: Pick<RecordIssuer, 'issueChunks'>;
  readonly trust: PinnedTrust;
  readonly describe: (recordNumber: number) => Promise<DescribedRecord>;
  /** Those of the records that wait for their erasure. */
  readonly beingErased: (numbers: readonly number[]) => Promise<ReadonlySet<number>>;
  readonly now: Clock;
}

export class Imports {
  readonly #deps: ImportsDependencies;
  /** Two officers with one code: the second finds what the first has made. */
  readonly #lock = new Lock();

  constructor(deps: ImportsDependencies) {
    this.#deps = deps;
  }

  /** Throws `IMPORT_REFUSED` and as `RecordIssuer.issueChunks`. */
  async take(request: ImportRequest): Promise<ImportAnswer> {
    const { crypto, now, trust } = this.#deps;
    const nowSeconds = Math.floor(now() / 1000);
    const foreignTrust = await trust.current();
    const judged = await judgeImport(request, { crypto, nowSeconds, foreignTrust });
    return await this.#lock.run(() => this.#issue(judged, request, nowSeconds));
  }

  async #issue(judged: JudgedImport, request: ImportRequest, nowSeconds: number): Promise<ImportAnswer> {
    const { format, signer, overruled } = judged;
    const { subject, checkedBy, complete } = request;
    const known: RowResult[] = [];
    const fresh: IntakeRow[] = [];
    for (const [i, told] of judged.records.entries()) {
      const row = i + 1;
      const originalId = this.#originalId(judged, i);
      const number = await this.#find(originalId);
      const there = number === undefined ? undefined : await this.#answerKnown(number, row, subject);
      if (there !== undefined) known.push(there);
      else {
        const completion = { subject, checkedBy, facts: complete[i] ?? {}, originalId, nowSeconds };
        fresh.push({ row, ...importedRecord(told, judged, completion) });
      }
    }
    const { results, receipts } = await this.#issueRows(fresh);
    const rows = [...known, ...results].toSorted((a, b) => a.row - b.row);
    return { format, ...(signer === undefined ? {} : { signer }), overruled, rows, receipts };
  }

  async #issueRows(
    rows: readonly IntakeRow[],
  ): Promise<{ readonly results: readonly RowResult[]; readonly receipts: readonly string[] }> {
    const results: RowResult[] = [];
    const receipts: string[] = [];
    if (rows.length === 0) return { results, receipts };
    for await (const chunk of this.#deps.records.issueChunks(rows)) {
      results.push(...chunk.results);
      if (chunk.receipt !== undefined) receipts.push(chunk.receipt);
    }
    invariant(results.length === rows.length, 'every row is answered');
    return { results, receipts };
  }

  /** By all that the code says, not by how it is written: the same code from a phone and from paper is one. */
  #originalId({ format, content }: JudgedImport, record: number): string {
    const original = toUtf8(toCanonicalJson({ format, content, record }));
    return toBase64url(this.#deps.index.ofOriginal(original));
  }

  /** Number of the record that this was made into. */
  async #find(originalId: string): Promise<number | undefined> {
    const { tables, ring } = this.#deps;
    const values = await tables.imports.getMany(ring.originalNames(originalId).all);
    const found = values.find((value) => value !== undefined);
    return found === undefined ? undefined : readUint64(found);
  }

  /** Nobody is handed a record of another document than the one before them. */
  async #answerKnown(number: number, row: number, subject: Subject): Promise<RowResult> {
    const { tables, sealer, index, describe, beingErased } = this.#deps;
    const leaving = { row, problems: [REFUSALS.leaving] };
    if ((await beingErased([number])).has(number)) return leaving;
    const sealed = await tables.records.get(toUint64(number));
    if (sealed === undefined) return leaving;
    const record = recordOf(sealer.open(number, sealed));
    if (!this.#isOfOneDocument(record.subject, subject)) throw refused(['IDENTITY_MISMATCH']);
    const { credentials } = await describe(number);
    if (credentials.length === 0) return leaving;
    const own = credentials.slice(0, PROFILES.length);
    return { row, recordId: index.toRecordId(number), duplicate: true, credentials: own };
  }

  /** @param other as it was told */
  #isOfOneDocument(one: Subject, other: Subject): boolean {
    const { ring } = this.#deps;
    return equalBytes(ring.documentNames(one).newest, ring.documentNames(withNormalNumber(other)).newest);
  }
}
