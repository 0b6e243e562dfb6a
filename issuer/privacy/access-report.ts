/**
 * Everything that is held about a record, or about everyone with a document, for whoever has a right to know (Cap.
 * 486 DPP6, PIPL art. 45, Law 8/2005 art. 11). Each report is itself noted with the record.
 *
 * A document is found only whole: kind, issuer and number, under a keyed name. There is no search.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { toUint64, readUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import type { JsonObject } from '../../core/bytes/strict-json.ts';
import type { CredentialClaims } from '../../core/credential/claims.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { IssuableRecord } from '../../core/record/derived.ts';
import type { StatusValue } from '../../core/status/token-status-list.ts';
import type { Acts } from '../acts/acts.ts';
import { IssuerError } from '../errors.ts';
import { foreignContent } from '../foreign/format.ts';
import { documentsOf, type HealthFile, type StoredOrder, type StoredRuling } from '../health/health-file.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { Lock } from '../lock.ts';
import {
  claimsOf,
  recordOf,
  type RecordEntry,
  type RecordSealer,
  type SignedParts,
} from '../record-entry.ts';
import type { Release } from '../release.ts';
import type { CredentialState } from '../row.ts';
import type { Status } from '../status.ts';
import { statusPlaceOf } from '../status-place.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { IssuerTables } from '../store.ts';
import { disclosuresOf, noteDisclosure, type Disclosure } from './disclosures.ts';
import type { Hold, Holds } from './holds.ts';
import type { DocumentReference, KeyRing } from './key-ring.ts';
import { keptUntilSeconds, type RetentionDays } from './retention.ts';
import { issuedAtOf } from './traces.ts';

export interface AccessReportDependencies {
  readonly crypto: Crypto;
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
  readonly holds: Pick<Holds, 'of'>;
  /** All health files of the person with this document, and nobody else's. */
  readonly healthOf: (document: DocumentReference) => Promise<readonly HealthFile[]>;
  readonly now: Clock;
  /** As in `erasure.ts`: nothing is noted of a record that is just being erased. */
  readonly recordsLock: Lock;
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
  readonly claims: CredentialClaims | JsonObject;
}

/** Without the operators' names, which are theirs. */
export type ReportedHold = Omit<Hold, 'placedBy' | 'liftedBy'>;

export interface ReportedRecord {
  readonly recordId: string;
  /** Coarsened down to the hour. */
  readonly issuedAtSeconds: number;
  /** Absent: until somebody asks for erasure. */
  readonly keptUntilSeconds?: number;
  readonly record: IssuableRecord;
  readonly credentials: readonly ReportedCredential[];
  /** Legal holds that stand or stood on it. */
  readonly holds: readonly ReportedHold[];
  /** This report is the last. */
  readonly disclosures: readonly Disclosure[];
}

/** Of the health code, without the officers' numbers, which are theirs. */
export interface ReportedHealth {
  readonly documents: readonly DocumentReference[];
  readonly orders: readonly Omit<
    StoredOrder,
    'orderedBy' | 'enteredBy' | 'releasedBy' | 'releaseEnteredBy'
  >[];
  readonly rulings: readonly Pick<
    StoredRuling,
    'scheme' | 'state' | 'ground' | 'fromSeconds' | 'untilSeconds' | 'evidence'
  >[];
  readonly colours: HealthFile['colours'];
}

export interface AccessReport {
  readonly madeAtSeconds: number;
  /** One for each file: what is known under two documents need not be one yet, or cannot be. */
  readonly health: readonly ReportedHealth[];
  readonly records: readonly ReportedRecord[];
}

interface HeldRecord {
  readonly number: number;
  readonly entry: RecordEntry;
}

/** Sorts after every record's number. */
const BEYOND: Uint8Array = new Uint8Array(9).fill(0xff);

export class AccessReports {
  readonly #deps: AccessReportDependencies;

  constructor(deps: AccessReportDependencies) {
    this.#deps = deps;
  }

  /** Throws `RECORD_NOT_FOUND` for a record id; a document that nobody has gives an empty report. */
  async report(target: AccessTarget, purpose: Disclosure['purpose']): Promise<AccessReport> {
    const madeAtSeconds = Math.floor(this.#deps.now() / 1000);
    const numbers = await this.#numbersOf(target);
    const note: Disclosure = { atSeconds: madeAtSeconds, to: 'operator', what: 'access-report', purpose };
    const held = await this.#deps.recordsLock.run(() => this.#openAndNote(numbers, note));
    if (held.length === 0 && 'recordId' in target) throw notFound();
    const records = await Promise.all(held.map((one) => this.#toRecord(one)));
    return { madeAtSeconds, health: await this.#healthOf(target, held), records };
  }

  /** By the document that was asked for, or the record's own: anybody may claim another. */
  async #healthOf(target: AccessTarget, held: readonly HeldRecord[]): Promise<readonly ReportedHealth[]> {
    const documents =
      'document' in target
        ? [target.document]
        : held.flatMap(({ entry }) => documentsOf(recordOf(entry).subject).slice(0, 1));
    const files = await Promise.all(documents.map((document) => this.#deps.healthOf(document)));
    return files.flat().map(toReported);
  }

  /** The records that are there, each with the note on the disk: nothing is told before. */
  async #openAndNote(numbers: readonly number[], note: Disclosure): Promise<readonly HeldRecord[]> {
    const { sealer, tables, store, now } = this.#deps;
    const values = await tables.records.getMany(numbers.map(toUint64));
    const held = numbers.flatMap((number, i): readonly HeldRecord[] => {
      const sealed = values[i];
      return sealed === undefined ? [] : [{ number, entry: sealer.open(number, sealed) }];
    });
    const batch = new WriteBatch();
    for (const { number } of held) noteDisclosure(batch, number, note, now());
    await store.commit(batch);
    return held;
  }

  async #numbersOf(target: AccessTarget): Promise<readonly number[]> {
    const { index, ring, tables } = this.#deps;
    if ('recordId' in target) {
      const number = index.fromRecordId(target.recordId);
      return number === undefined ? [] : [number];
    }
    const numbers = new Set<number>();
    for (const name of ring.documentNames(target.document).all) {
      const range = { from: name, before: concatBytes(name, BEYOND) };
      for await (const { key } of tables.documents.entries(range)) numbers.add(readUint64(key, name.length));
    }
    return [...numbers];
  }

  async #toRecord({ number, entry }: HeldRecord): Promise<ReportedRecord> {
    const { index, tables, days } = this.#deps;
    const record = recordOf(entry);
    const issuedAtSeconds = issuedAtOf(entry);
    const keptUntil = keptUntilSeconds(record.type, issuedAtSeconds, days);
    return {
      recordId: index.toRecordId(number),
      issuedAtSeconds,
      ...(keptUntil === undefined ? {} : { keptUntilSeconds: keptUntil }),
      record,
      credentials: await this.#toCredentials({ number, entry }),
      holds: (await this.#deps.holds.of(number)).map(forSubject),
      disclosures: await disclosuresOf(number, tables),
    };
  }

  async #toCredentials({ number, entry }: HeldRecord): Promise<readonly ReportedCredential[]> {
    const { acts, status, release, lists } = this.#deps;
    const { credentials } = await release.describe(number);
    return await Promise.all(
      credentials.map(async ({ profile, handle, state }, i) => {
        const place = statusPlaceOf(entry, i, lists);
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
          // Described in the order of the entry.
          claims: this.#claimsOf(entry.credentials[i]!),
        };
      }),
    );
  }

  #claimsOf(parts: SignedParts): ReportedCredential['claims'] {
    const { foreign } = parts;
    return foreign === undefined ? claimsOf(parts) : foreignContent(foreign.format, parts, this.#deps.crypto);
  }
}

function forSubject({ reason, legalBasis, placedAtSeconds, liftedAtSeconds }: Hold): ReportedHold {
  return {
    reason,
    legalBasis,
    placedAtSeconds,
    ...(liftedAtSeconds === undefined ? {} : { liftedAtSeconds }),
  };
}

function toReported({ subject, orders, rulings, colours }: HealthFile): ReportedHealth {
  return {
    documents: documentsOf(subject),
    orders: orders.map((order) => {
      const { orderedBy: _, enteredBy: __, releasedBy: ___, releaseEnteredBy: ____, ...told } = order;
      return told;
    }),
    rulings: rulings.map(({ scheme, state, ground, fromSeconds, untilSeconds, evidence }) => {
      return { scheme, state, ground, fromSeconds, untilSeconds, evidence };
    }),
    colours,
  };
}

function notFound(): IssuerError {
  return new IssuerError('RECORD_NOT_FOUND', 'no record has this id');
}
