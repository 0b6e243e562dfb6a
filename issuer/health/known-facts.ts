/** What this issuer knows of one person: the records that were taken in for any of their documents. */
import { concatBytes } from '../../core/bytes/concat.ts';
import { isDerivedType, type IssuableRecord } from '../../core/record/derived.ts';
import type { HealthRecord, Subject } from '../../core/record/record.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { DocumentReference, KeyRing } from '../privacy/key-ring.ts';
import { recordOf, type RecordSealer } from '../record-entry.ts';
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
}

/** Sorts after every record's number. */
const BEYOND: Uint8Array = new Uint8Array(9).fill(0xff);

/** Facts only: what was derived here is none. */
export async function knownRecords(
  documents: readonly DocumentReference[],
  { tables, ring, sealer, index }: KnownFactsDependencies,
): Promise<readonly KnownRecord[]> {
  const numbers = new Set<number>();
  for (const name of documents.flatMap((document) => ring.documentNames(document).all)) {
    const range = { from: name, before: concatBytes(name, BEYOND) };
    for await (const { key } of tables.documents.entries(range)) numbers.add(readUint64(key, name.length));
  }
  const found = await tables.records.getMany([...numbers].map(toUint64));
  return [...numbers].flatMap((number, i) => {
    const sealed = found[i];
    const record = sealed === undefined ? undefined : recordOf(sealer.open(number, sealed));
    return record === undefined || !isFact(record) ? [] : [{ recordId: index.toRecordId(number), record }];
  });
}

/** Of the newest record, which knows the person best. */
export function subjectIn(records: readonly KnownRecord[]): Subject | undefined {
  return records.at(-1)?.record.subject;
}

function isFact(record: IssuableRecord): record is HealthRecord {
  return !isDerivedType(record.type);
}
