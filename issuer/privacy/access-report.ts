/**
 * Everything that is held about a record, or about everyone with a document, for whoever has a right to know (Cap.
 * 486 DPP6, PIPL art. 45, Law 8/2005 art. 11). Each report is itself noted with the record.
 *
 * A document is found only whole: kind, issuer and number, under a keyed name. There is no search.
 */
import { toUint64, readUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import type { CredentialClaims } from '../../core/credential/claims.ts';
import type { HealthRecord } from '../../core/record/record.ts';
import type { StatusValue } from '../../core/status/token-status-list.ts';
import type { Acts } from '../acts/acts.ts';
import { IssuerError } from '../errors.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import { claimsOf, recordOf, type RecordEntry, type RecordSealer } from '../record-entry.ts';
import type { Release } from '../release.ts';
import type { CredentialState } from '../row.ts';
import type { Status, StatusPlace } from '../status.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { IssuerTables } from '../store.ts';
import { disclosuresOf, noteDisclosure, type Disclosure } from './disclosures.ts';
import type { DocumentReference, KeyRing } from './key-ring.ts';
import { keptUntilSeconds, type RetentionDays } from './retention.ts';
import { issuedAtOf } from './traces.ts';

export interface AccessReportDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly ring: KeyRing;
  readonly sealer: RecordSealer;
  readonly lists: ListAllocator;
  readonly acts: Pick<Acts, 'statusOf'>;
  readonly status: Pick<Status, 'publishedValue'>;
  readonly release: Pick<Release, 'describe'>;
  readonly days: RetentionDays;
  readonly now: Clock;
}

export type AccessTarget = { readonly recordId: string } | { readonly document: DocumentReference };

export interface StatusChange {
  /** From when on it holds, Unix seconds. */
  readonly atSeconds: number;
  readonly act: string;
  readonly reason: string;
}

export interface ReportedCredential {
  readonly profile: string;
  readonly handle: string;
  readonly state: CredentialState;
  readonly status: StatusValue;
  /** The ledger says so too. */
  readonly isStatusPublished: boolean;
  readonly statusHistory: readonly StatusChange[];
  /** The whole payload of its code. */
  readonly claims: CredentialClaims;
}

export interface ReportedRecord {
  readonly recordId: string;
  /** Coarsened down to the hour. */
  readonly issuedAtSeconds: number;
  /** Absent: until somebody asks for erasure. */
  readonly keptUntilSeconds?: number;
  readonly record: HealthRecord;
  readonly credentials: readonly ReportedCredential[];
  /** This report is the last. */
  readonly disclosures: readonly Disclosure[];
}

export interface AccessReport {
  readonly madeAtSeconds: number;
  readonly records: readonly ReportedRecord[];
}

export class AccessReports {
  readonly #deps: AccessReportDependencies;

  constructor(deps: AccessReportDependencies) {
    this.#deps = deps;
  }

  /** Throws `RECORD_NOT_FOUND` for a record id; a document that nobody has gives an empty report. */
  async report(target: AccessTarget, purpose: Disclosure['purpose']): Promise<AccessReport> {
    const { sealer, tables, store, now } = this.#deps;
    const madeAtSeconds = Math.floor(now() / 1000);
    const batch = new WriteBatch();
    const held: { readonly number: number; readonly entry: RecordEntry }[] = [];
    for (const number of await this.#numbersOf(target)) {
      const sealed = await tables.records.get(toUint64(number));
      if (sealed === undefined) continue;
      held.push({ number, entry: sealer.open(number, sealed) });
      noteDisclosure(
        batch,
        number,
        { atSeconds: madeAtSeconds, to: 'operator', what: 'access-report', purpose },
        now(),
      );
    }
    if (held.length === 0 && 'recordId' in target) throw notFound();
    // Noted before it is told.
    await store.commit(batch);
    const records = await Promise.all(held.map(({ number, entry }) => this.#toRecord(number, entry)));
    return { madeAtSeconds, records };
  }

  async #numbersOf(target: AccessTarget): Promise<readonly number[]> {
    const { index, ring, tables } = this.#deps;
    if ('recordId' in target) {
      const number = index.fromRecordId(target.recordId);
      return number === undefined ? [] : [number];
    }
    const numbers = new Set<number>();
    for (const name of ring.documentNames(target.document).all) {
      const range = { from: name, before: after(name) };
      for await (const { key } of tables.documents.entries(range)) numbers.add(readUint64(key, name.length));
    }
    return [...numbers];
  }

  async #toRecord(number: number, entry: RecordEntry): Promise<ReportedRecord> {
    const { index, tables, days } = this.#deps;
    const record = recordOf(entry);
    const issuedAtSeconds = issuedAtOf(entry);
    const keptUntil = keptUntilSeconds(record.type, issuedAtSeconds, days);
    return {
      recordId: index.toRecordId(number),
      issuedAtSeconds,
      ...(keptUntil === undefined ? {} : { keptUntilSeconds: keptUntil }),
      record,
      credentials: await this.#toCredentials(number, entry),
      disclosures: await disclosuresOf(number, tables),
    };
  }

  async #toCredentials(number: number, entry: RecordEntry): Promise<readonly ReportedCredential[]> {
    const { acts, status, release } = this.#deps;
    const places = this.#placesOf(entry);
    const { credentials } = await release.describe(number);
    return await Promise.all(
      credentials.map(async ({ profile, handle, state }, i) => {
        // A credential has its payload and its place.
        const place = places[i]!;
        const now = await acts.statusOf(place);
        return {
          profile,
          handle,
          state,
          status: now.value,
          isStatusPublished: now.value === (status.publishedValue(place) ?? 'valid'),
          statusHistory: now.acts.map(({ act }) => {
            return { atSeconds: act.effectiveFrom, act: act.kind, reason: act.reason };
          }),
          claims: claimsOf(entry.credentials[i]!),
        };
      }),
    );
  }

  #placesOf({ credentials }: RecordEntry): readonly StatusPlace[] {
    return credentials.map((parts) => {
      const { idx, uri } = claimsOf(parts).status.status_list;
      return { list: this.#deps.lists.numberOf(uri) ?? 0, index: idx };
    });
  }
}

/** The first key after all that begin with `name`. */
function after(name: Uint8Array): Uint8Array {
  const next = Uint8Array.from([...name, ...new Uint8Array(8).fill(0xff)]);
  return next;
}

function notFound(): IssuerError {
  return new IssuerError('RECORD_NOT_FOUND', 'no record has this id');
}
