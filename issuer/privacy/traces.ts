/**
 * Everything in the store that leads to a record by something else than its number: written with it, moved when its
 * epoch ends, deleted with it. Whoever adds such a table adds it here, or erasure leaves it behind.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { CREDENTIAL_TYPES, type CredentialType } from '../../core/credential/credential-type.ts';
import type { HealthRecord } from '../../core/record/record.ts';
import { toUint32, toUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import { claimsOf, handleOf, recordOf, type RecordEntry } from '../record-entry.ts';
import { TABLES } from '../store.ts';
import type { KeyRing, Names } from './key-ring.ts';

export interface RecordTraces {
  readonly record: HealthRecord;
  /** Canonical. */
  readonly recordBytes: Uint8Array;
  /** Of `recordBytes`. */
  readonly recordNames: Names;
  readonly issuedAtSeconds: number;
}

const DAY_SECONDS = 86_400;

/**
 * Under the newest epoch as it is now: what is written after a turn began must not be named by an older one, whenever
 * it was drawn up.
 */
export function putTraces(batch: WriteBatch, number: number, traces: RecordTraces, ring: KeyRing): void {
  const { record, recordBytes, recordNames, issuedAtSeconds } = traces;
  const isCurrent = recordNames.epoch === ring.envelope.epoch;
  const { newest } = isCurrent ? recordNames : ring.recordNames(recordBytes);
  const document = ring.documentNames(record.subject).newest;
  batch.put(TABLES.duplicates, newest, toUint64(number));
  batch.put(TABLES.documents, concatBytes(document, toUint64(number)), NOTHING);
  batch.put(TABLES.expiries, expiryKey(record.type, dayOf(issuedAtSeconds), number), NOTHING);
  const originalId = originalIdOf(record);
  if (originalId !== undefined)
    batch.put(TABLES.imports, ring.originalNames(originalId).newest, toUint64(number));
}

/** Puts a record's names under the newest epoch in the place of those under older ones. */
export function moveTraces(batch: WriteBatch, number: number, entry: RecordEntry, ring: KeyRing): void {
  deleteNames(batch, number, entry, ring);
  const { recordBytes } = entry;
  const recordNames = ring.recordNames(recordBytes);
  const traces = { record: recordOf(entry), recordBytes, recordNames, issuedAtSeconds: issuedAtOf(entry) };
  putTraces(batch, number, traces, ring);
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

function originalIdOf(record: HealthRecord): string | undefined {
  return 'originalId' in record ? record.originalId : undefined;
}

function deleteNames(batch: WriteBatch, number: number, entry: RecordEntry, ring: KeyRing): void {
  for (const name of ring.recordNames(entry.recordBytes).all) batch.delete(TABLES.duplicates, name);
  for (const name of ring.documentNames(recordOf(entry).subject).all) {
    batch.delete(TABLES.documents, concatBytes(name, toUint64(number)));
  }
  const originalId = originalIdOf(recordOf(entry));
  const originals = originalId === undefined ? [] : ring.originalNames(originalId).all;
  for (const name of originals) batch.delete(TABLES.imports, name);
}
