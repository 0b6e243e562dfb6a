/**
 * Everything in the store that leads to a record by something else than its number: written with it, moved when its
 * epoch ends, deleted with it. Whoever adds such a table adds it here, or erasure leaves it behind.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { CREDENTIAL_TYPES, type CredentialType } from '../../core/credential/credential-type.ts';
import { isDerivedType, type IssuableRecord } from '../../core/record/derived.ts';
import { readUint64, toUint32, toUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import { decodeHandleEntry } from '../handle-entry.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import { claimsOf, handleOf, recordOf, type RecordEntry, type RecordSealer } from '../record-entry.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import type { KeyRing, Names } from './key-ring.ts';

export interface RecordTraces {
  readonly record: IssuableRecord;
  /** Canonical. */
  readonly recordBytes: Uint8Array;
  /** Of `recordBytes`. */
  readonly recordNames: Names;
  /** Of its person's document. */
  readonly documentNames: Names;
  readonly issuedAtSeconds: number;
}

const DAY_SECONDS = 86_400;

/**
 * Under the newest epoch as it is now: what is written after a turn began must not be named by an older one, whenever
 * it was drawn up.
 */
export function putTraces(batch: WriteBatch, number: number, traces: RecordTraces, ring: KeyRing): void {
  const { record, recordBytes, recordNames, documentNames, issuedAtSeconds } = traces;
  const isCurrent = recordNames.epoch === ring.envelope.epoch;
  const { newest } = isCurrent ? recordNames : ring.recordNames(recordBytes);
  const { newest: document } = isCurrent ? documentNames : ring.documentNames(record.subject);
  batch.put(TABLES.duplicates, newest, toUint64(number));
  batch.put(TABLES.documents, concatBytes(document, toUint64(number)), markOf(record));
  putLinked(batch, number, record, ring);
  batch.put(TABLES.people, document, NOTHING);
  batch.put(TABLES.expiries, expiryKey(record.type, dayOf(issuedAtSeconds), number), NOTHING);
  const originalId = originalIdOf(record);
  if (originalId !== undefined)
    batch.put(TABLES.imports, ring.originalNames(originalId).newest, toUint64(number));
}

/** That the record of its person names other documents of theirs. */
export function putLinked(batch: WriteBatch, number: number, record: IssuableRecord, ring: KeyRing): void {
  for (const document of record.subject.linked ?? []) {
    const { newest } = ring.documentNames(document);
    batch.put(TABLES.linkedDocuments, concatBytes(newest, toUint64(number)), markOf(record));
  }
}

/**
 * Says beside a person's document that a record is derived, so that whoever looks for facts need not open it. What an
 * earlier release has written says it of none.
 */
function markOf({ type }: IssuableRecord): Uint8Array {
  return isDerivedType(type) ? DERIVED : NOTHING;
}

/** Whether what stands beside a person's document leaves it open that the record is a fact. */
export function mayBeFact(mark: Uint8Array): boolean {
  return mark[0] !== DERIVED[0];
}

/** Puts a record's names under the newest epoch in the place of those under older ones. */
export function moveTraces(batch: WriteBatch, number: number, entry: RecordEntry, ring: KeyRing): void {
  deleteNames(batch, number, entry, ring);
  const { recordBytes } = entry;
  const recordNames = ring.recordNames(recordBytes);
  const record = recordOf(entry);
  const documentNames = ring.documentNames(record.subject);
  const issuedAtSeconds = issuedAtOf(entry);
  putTraces(batch, number, { record, recordBytes, recordNames, documentNames, issuedAtSeconds }, ring);
}

/**
 * Seals a record that has changed over the former one. Its names move with it: a turn passes over what it finds under
 * the newest epoch, and names under an older one die with that.
 */
export function putChanged(
  batch: WriteBatch,
  number: number,
  entry: RecordEntry,
  { ring, sealer }: { readonly ring: KeyRing; readonly sealer: RecordSealer },
): void {
  moveTraces(batch, number, entry, ring);
  batch.put(TABLES.records, toUint64(number), sealer.seal(number, entry));
}

export function deleteTraces(
  batch: WriteBatch,
  number: number,
  entry: RecordEntry,
  { ring, index }: { readonly ring: KeyRing; readonly index: KeyedIndex },
): void {
  deleteNames(batch, number, entry, ring);
  batch.delete(TABLES.expiries, expiryKey(recordOf(entry).type, dayOf(issuedAtOf(entry)), number));
  for (const parts of entry.credentials) batch.delete(TABLES.handles, index.ofHandle(handleOf(parts)));
}

/** As {@link deleteTraces} of a record that does not open: all tables are looked through for its number. */
export async function deleteTracesOfUnread(
  batch: WriteBatch,
  number: number,
  { handles, duplicates, documents, linkedDocuments, expiries, imports }: IssuerTables,
): Promise<void> {
  for await (const { key, value } of handles.entries()) {
    if (decodeHandleEntry(value).recordNumber === number) batch.delete(TABLES.handles, key);
  }
  for await (const { key, value } of duplicates.entries()) {
    if (readUint64(value) === number) batch.delete(TABLES.duplicates, key);
  }
  for await (const { key, value } of imports.entries()) {
    if (readUint64(value) === number) batch.delete(TABLES.imports, key);
  }
  for await (const { key } of documents.entries()) {
    if (readUint64(key, key.length - 8) !== number) continue;
    batch.delete(TABLES.documents, key);
    batch.delete(TABLES.people, key.subarray(0, key.length - 8));
  }
  for await (const { key } of linkedDocuments.entries()) {
    if (readUint64(key, key.length - 8) === number) batch.delete(TABLES.linkedDocuments, key);
  }
  for await (const { key } of expiries.entries()) {
    if (readUint64(key, key.length - 8) === number) batch.delete(TABLES.expiries, key);
  }
}

/** @param day of issue, in days since the Unix epoch */
export function expiryKey(type: CredentialType, day: number, number: number): Uint8Array {
  return concatBytes(Uint8Array.of(CREDENTIAL_TYPES.indexOf(type)), toUint32(day), toUint64(number));
}

export function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}

/** As its credentials have it: coarsened down to the hour, which leaves the day as it was. */
export function issuedAtOf({ credentials: [first] }: RecordEntry): number {
  return first === undefined ? 0 : claimsOf(first).iat;
}

const NOTHING = new Uint8Array(0);
const DERIVED = Uint8Array.of(1);

function originalIdOf(record: IssuableRecord): string | undefined {
  return 'originalId' in record ? record.originalId : undefined;
}

/** Also that its person is known: what else there is of them says so again with the next row, or the next epoch. */
function deleteNames(batch: WriteBatch, number: number, entry: RecordEntry, ring: KeyRing): void {
  for (const name of ring.recordNames(entry.recordBytes).all) batch.delete(TABLES.duplicates, name);
  for (const name of ring.documentNames(recordOf(entry).subject).all) {
    batch.delete(TABLES.documents, concatBytes(name, toUint64(number)));
    batch.delete(TABLES.people, name);
  }
  for (const linked of recordOf(entry).subject.linked ?? []) {
    for (const name of ring.documentNames(linked).all)
      batch.delete(TABLES.linkedDocuments, concatBytes(name, toUint64(number)));
  }
  const originalId = originalIdOf(recordOf(entry));
  const originals = originalId === undefined ? [] : ring.originalNames(originalId).all;
  for (const name of originals) batch.delete(TABLES.imports, name);
}
