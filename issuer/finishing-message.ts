/**
 * Records on their way to the finishing thread and back, as one array of bytes each way, whose buffer is handed
 * over instead of copied:
 *
 *   there  (number u64, canonical record, payload of each profile) × n
 *   back   (sealed entry, leaf hash of each profile) × n
 */
import { readUint64, toUint64 } from '../service/big-endian.ts';
import { packSegments, unpackSegments } from '../service/segments.ts';
import type { FinishedRecord, UnsignedRecord } from './finish.ts';
import { PROFILES } from './record-entry.ts';

const SEGMENTS_THERE = 2 + PROFILES.length;
const SEGMENTS_BACK = 1 + PROFILES.length;

export function packUnsigned(records: readonly UnsignedRecord[]): Uint8Array<ArrayBuffer> {
  return packSegments(
    records.flatMap(({ number, recordBytes, payloads }) => [toUint64(number), recordBytes, ...payloads]),
  );
}

export function unpackUnsigned(packed: Uint8Array): readonly UnsignedRecord[] {
  return groupsOf(unpackSegments(packed), SEGMENTS_THERE).map(([number, recordBytes, ...payloads]) => {
    // A group has all its segments.
    return { number: readUint64(number!), recordBytes: recordBytes!, payloads };
  });
}

export function packFinished(records: readonly FinishedRecord[]): Uint8Array<ArrayBuffer> {
  return packSegments(records.flatMap(({ sealed, leafHashes }) => [sealed, ...leafHashes]));
}

export function unpackFinished(packed: Uint8Array): readonly FinishedRecord[] {
  return groupsOf(unpackSegments(packed), SEGMENTS_BACK).map(([sealed, ...leafHashes]) => {
    // As above.
    return { sealed: sealed!, leafHashes };
  });
}

function groupsOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: items.length / size }, (_, i) => items.slice(i * size, (i + 1) * size));
}
