/**
 * What one version of the lists changed: which entry, to which value, because of which act. In the store by some
 * thousand rows: `list number u32 ‖ index u32 ‖ value u8 ‖ order of the act u64`.
 */
import type { ActChanges, ListChanges } from '../core/act/places.ts';
import type { Hex } from '../core/bytes/hex.ts';
import { STATUS_VALUES, type StatusValue } from '../core/status/token-status-list.ts';
import { invariant } from '../core/errors.ts';
import { readUint64, writeUint64 } from '../service/big-endian.ts';
import type { WriteBatch } from '../service/store.ts';
import { placeOf, PLACE_BYTES, readPlace, writePlace } from './acts/place.ts';
import { chunkKey, TABLES, type IssuerTables } from './store.ts';

export interface PlaceChange {
  readonly place: number;
  readonly value: StatusValue;
  /** Order of the act that explains it. */
  readonly order: number;
}

const ROW_BYTES = PLACE_BYTES + 1 + 8;
const CHUNK_ROWS = 4096;

export function putChanges(batch: WriteBatch, version: number, changes: readonly PlaceChange[]): void {
  for (let first = 0; first < changes.length; first += CHUNK_ROWS) {
    const rows = changes.slice(first, first + CHUNK_ROWS);
    batch.put(TABLES.changes, chunkKey(version, first / CHUNK_ROWS), packRows(rows));
  }
}

export function deleteChanges(batch: WriteBatch, version: number, count: number): void {
  for (let chunk = 0; chunk * CHUNK_ROWS < count; chunk++)
    batch.delete(TABLES.changes, chunkKey(version, chunk));
}

export async function readChanges(tables: IssuerTables, version: number): Promise<readonly PlaceChange[]> {
  const range = { from: chunkKey(version, 0), before: chunkKey(version + 1, 0) };
  const changes: PlaceChange[] = [];
  for await (const { value } of tables.changes.entries(range)) unpackRows(value, changes);
  return changes;
}

export interface Naming {
  readonly uriOf: (list: number) => string;
  readonly leafOf: (order: number) => Hex;
}

/** The changes as the ledger's digest and auditors know them: by act, then by list and value, indices ascending. */
export function explained(changes: readonly PlaceChange[], { uriOf, leafOf }: Naming): readonly ActChanges[] {
  return Array.from(
    Map.groupBy(changes, ({ order }) => order),
    ([order, rows]) => ({
      act: leafOf(order),
      lists: Array.from(
        Map.groupBy(rows, ({ place, value }) => `${placeOf(place).list} ${value}`).values(),
        (group) => toListChanges(group, uriOf),
      ),
    }),
  );
}

function toListChanges(rows: readonly PlaceChange[], uriOf: Naming['uriOf']): ListChanges {
  const [first] = rows;
  invariant(first !== undefined, 'a group has a first row');
  const indices = rows.map(({ place }) => placeOf(place).index).sort((a, b) => a - b);
  return { uri: uriOf(placeOf(first.place).list), value: first.value, indices };
}

function packRows(rows: readonly PlaceChange[]): Uint8Array {
  const bytes = new Uint8Array(rows.length * ROW_BYTES);
  rows.forEach(({ place, value, order }, i) => {
    writePlace(bytes, i * ROW_BYTES, place);
    bytes[i * ROW_BYTES + PLACE_BYTES] = STATUS_VALUES.indexOf(value);
    writeUint64(bytes, i * ROW_BYTES + PLACE_BYTES + 1, order);
  });
  return bytes;
}

function unpackRows(bytes: Uint8Array, into: PlaceChange[]): void {
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const value = STATUS_VALUES[bytes[at + PLACE_BYTES] ?? 0];
    invariant(value !== undefined, 'the store holds what packRows wrote');
    into.push({ place: readPlace(bytes, at), value, order: readUint64(bytes, at + PLACE_BYTES + 1) });
  }
}
