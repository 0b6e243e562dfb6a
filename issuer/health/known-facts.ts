/**
 * What this issuer knows of one person: the records that were taken in for any of their documents, and that no act has
 * revoked or superseded.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { isDerivedType, type IssuableRecord } from '../../core/record/derived.ts';
import type { HealthRecord, Subject } from '../../core/record/record.ts';
import type { StatusValue } from '../../core/status/token-status-list.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { ActHistory } from '../acts/history.ts';
import { placeNumber } from '../acts/place.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { DocumentReference, KeyRing } from '../privacy/key-ring.ts';
import { mayBeFact } from '../privacy/traces.ts';
import type { Clock } from '../../service/clock.ts';
import { ownCredentials, recordOf, type RecordEntry, type RecordSealer } from '../record-entry.ts';
import { statusPlaceOf } from '../status-place.ts';
import type { TableReader } from '../../service/store.ts';
import type { IssuerTables } from '../store.ts';

export interface KnownRecord {
  readonly recordId: string;
  readonly record: HealthRecord;
}

export interface KnownFactsDependencies {
  readonly tables: IssuerTables;
  readonly ring: KeyRing;
  readonly sealer: RecordSealer;
  readonly index: KeyedIndex;
  readonly lists: ListAllocator;
  readonly history: ActHistory;
  readonly now: Clock;
}

interface HeldFact extends KnownRecord {
  /** Of its own credentials. */
  readonly places: readonly number[];
}

/** Sorts after every record's number. */
const BEYOND: Uint8Array = new Uint8Array(9).fill(0xff);

/** Facts only: what was derived here is none. Oldest first. */
export async function knownRecords(
  documents: readonly DocumentReference[],
  deps: KnownFactsDependencies,
): Promise<readonly KnownRecord[]> {
  return await standing(await heldFacts(documents, deps.tables.documents, deps), deps);
}

/** As {@link knownRecords}, of records that were made out for another document and name one of these beside it. */
export async function recordsNaming(
  documents: readonly DocumentReference[],
  deps: KnownFactsDependencies,
): Promise<readonly KnownRecord[]> {
  return await standing(await heldFacts(documents, deps.tables.linkedDocuments, deps), deps);
}

/** Where the codes of all these facts stand, whatever has become of them. */
export async function placesOfFacts(
  documents: readonly DocumentReference[],
  deps: KnownFactsDependencies,
): Promise<readonly number[]> {
  return (await heldFacts(documents, deps.tables.documents, deps)).flatMap(({ places }) => places);
}

/** Of the newest record, which knows the person best. */
export function subjectIn(records: readonly KnownRecord[]): Subject | undefined {
  return records.at(-1)?.record.subject;
}

/** An act on one of the two codes of a record is about the code; acts on both are about what they say. */
async function standing(
  facts: readonly HeldFact[],
  { history, now }: KnownFactsDependencies,
): Promise<readonly KnownRecord[]> {
  if (facts.length === 0) return [];
  const all = facts.flatMap(({ places }) => places);
  const statuses = await history.statusesAt(all, Math.floor(now() / 1000));
  const over = new Set(all.filter((_, i) => isOver(statuses[i]?.value)));
  return facts
    .filter(({ places }) => !places.every((place) => over.has(place)))
    .map(({ recordId, record }) => ({ recordId, record }));
}

/** Whether anything at all is held under these documents: facts, codes, whatever has become of them. */
export async function hasRecords(
  documents: readonly DocumentReference[],
  { tables, ring }: Pick<KnownFactsDependencies, 'tables' | 'ring'>,
): Promise<boolean> {
  const numbers = await numbersUnder(documents, tables.documents, { ring });
  return numbers.length > 0;
}

/** Ascending. @param isAsked by what stands beside the document; absent: whatever does */
async function numbersUnder(
  documents: readonly DocumentReference[],
  table: TableReader,
  {
    ring,
    isAsked = () => true,
  }: { readonly ring: KeyRing; readonly isAsked?: (mark: Uint8Array) => boolean },
): Promise<readonly number[]> {
  const numbers = new Set<number>();
  for (const name of documents.flatMap((document) => ring.documentNames(document).all)) {
    const range = { from: name, before: concatBytes(name, BEYOND) };
    for (const { key, value } of await table.all(range))
      if (isAsked(value)) numbers.add(readUint64(key, name.length));
  }
  return [...numbers].toSorted((a, b) => a - b);
}

async function heldFacts(
  documents: readonly DocumentReference[],
  table: TableReader,
  deps: KnownFactsDependencies,
): Promise<readonly HeldFact[]> {
  const { tables, ring, sealer, index } = deps;
  const ascending = await numbersUnder(documents, table, { ring, isAsked: mayBeFact });
  if (ascending.length === 0) return [];
  const found = await tables.records.getMany(ascending.map(toUint64));
  return ascending.flatMap((number, i) => {
    const sealed = found[i];
    const entry = sealed === undefined ? undefined : sealer.open(number, sealed);
    const record = entry === undefined ? undefined : recordOf(entry);
    if (entry === undefined || record === undefined || !isFact(record)) return [];
    return [{ recordId: index.toRecordId(number), record, places: placesOf(entry, deps) }];
  });
}

/** Where the status of its two credentials stands. */
export function placesOf(entry: RecordEntry, { lists }: KnownFactsDependencies): readonly number[] {
  return ownCredentials(entry).map((_, place) => placeNumber(statusPlaceOf(entry, place, lists)));
}

export function isOver(value: StatusValue | undefined): boolean {
  return value === 'revoked' || value === 'superseded';
}

function isFact(record: IssuableRecord): record is HealthRecord {
  return !isDerivedType(record.type);
}
