/**
 * What the issuer keeps, all in one Level store. Numbers in keys are big endian, so that keys sort as they
 * are scanned. Tags are for ever: a retired one stays listed and is never used again.
 *
 * | tag | table       | key → value                                                                        |
 * |-----|-------------|------------------------------------------------------------------------------------|
 * | 1   | meta        | name → what few bytes say, each under a name of its own, see who writes it           |
 * | 2   | records     | record number u64 → envelope: record and its two signed credentials                  |
 * | 3   | handles     | HMAC(handle) 16 → record number u64 ‖ place u8 ‖ lane u8 ‖ entry u64                |
 * | 4   | duplicates  | HMAC(canonical record) 16, by epoch → record number u64                             |
 * | 5   | leaves      | lane u8 ‖ first entry u64 → (leaf hash 32 ‖ record number u64 ‖ place u8) × n       |
 * | 6   | batches     | batch number u64 → staged batch, see `batch-entry.ts`                               |
 * | 7   | roots       | root 32 → batch number u64                                                         |
 * | 8   | laneBatches | lane u8 ‖ first entry u64 → batch number u64                                        |
 * | 9   | anchors     | batch number u64 → time of the block u64 ‖ sequence u64: the batch is final          |
 * | 10  | lists       | list number u32 → envelope: profile, entries used, seed of their order              |
 * | 11  | acts        | retired: acts on one entry each, without approvals                                  |
 * | 12  | statuses    | version u64 → JSON of the staged version                                            |
 * | 13  | published   | version u64 → nothing: the version is final                                         |
 * | 14  | proposals   | act number u64 → sealed act, see `acts/proposal-entry.ts`                           |
 * | 15  | actIds      | act id 16 → act number u64                                                          |
 * | 16  | actRequests | HMAC(idempotency key) 16 → HMAC(request) 16 ‖ act number u64                        |
 * | 17  | actPlaces   | act number u64 ‖ chunk u32 → (list number u32 ‖ index u32) × n, ascending           |
 * | 18  | actStates   | act number u64 → JSON: how far the act has come                                     |
 * | 19  | actBatches  | batch number u64 → JSON, see `acts/act-batch-entry.ts`                              |
 * | 20  | orderedActs | order u64 → JSON: an act that holds, see `acts/history.ts`                          |
 * | 21  | placeActs   | list number u32 ‖ index u32 → order u64 × n: the acts on one entry                  |
 * | 22  | changes     | version u64 ‖ chunk u32 → what the version changed, see `status-changes.ts`         |
 * | 23  | actRoots    | root 32 → batch number u64 of an anchored batch of acts                             |
 * | 25  | requests    | HMAC(idempotency key) 16 → begun at u64 ‖ chunks u32, see `idempotency.ts`          |
 * | 26  | requestParts| HMAC(key) 16 ‖ chunk u32 → HMAC(rows) 16 ‖ first record made u64 ‖ count u32        |
 * | 27  | requestTimes| begun at u64 ‖ HMAC(key) 16 → nothing                                               |
 * | 28  | receipts    | HMAC(key) 16 ‖ chunk u32 → receipt, a compact JWS                                   |
 * | 30  | budgets     | HMAC(rule, subject) 16 → counts, see `budget/window-counter.ts`                     |
 * | 31  | keyRuns     | run number u64 → JSON, see `keys/key-runs.ts`                                       |
 * | 35  | erasures    | record number u64 → JSON, see `privacy/erasure-entry.ts`                             |
 * | 36  | erasureWork | stage u8 ‖ epoch u32 ‖ record number u64 → time u64: an erasure that is not through  |
 * | 37  | expiries    | type u8 ‖ day of issue u32 ‖ record number u64 → nothing                            |
 * | 38  | documents   | HMAC(document) 16 ‖ record number u64 → u8 1 of a derived record, else nothing      |
 * | 39  | disclosures | record number u64 ‖ time in ms u64 → JSON, see `privacy/disclosures.ts`              |
 * | 40  | holds       | record number u64 ‖ number of the hold u32 → envelope, see `privacy/holds.ts`       |
 * | 41  | people      | HMAC(document) 16, by epoch → nothing: something was issued to somebody with it     |
 * | 42  | foreignKeys | thumbprint → JSON, see `foreign/document-signers.ts`                                    |
 * | 43  | foreignCodes| list number u32 ‖ index u32 ‖ HMAC(handle) 16 → JSON, see `foreign/revocations.ts`      |
 * | 44  | imports     | HMAC(original) 16, by epoch → record number u64, see `foreign/imports.ts`           |
 * | 60  | healthNames | HMAC(document) 16, by epoch → person number u64                                     |
 * | 61  | healthFiles | person number u64 → envelope, see `health/health-file.ts`                           |
 * | 62  | healthOrders| order id 16 → person number u64                                                     |
 * | 63  | colourActs  | change number u64 → canonical colour act                                            |
 * | 64  | colourIds   | id of a colour act 16 → change number u64                                           |
 * | 65  | rulings     | act number u64 → person number u64: a ruling that two people have not approved yet  |
 * | 66  | healthWork  | person number u64 → nothing: codes of a former colour are to be ended               |
 * | 67  | healthFacts | record number u64 → nothing: a new fact that may turn its person's colours          |
 * | 68  | colourHeads | random name of a person 16 ‖ scheme u8 → change number u64: the newest               |
 * | 69  | healthEdges | Unix seconds u64 ‖ person number u64 → nothing: then the same facts may give another colour |
 * | 70  | linkedDocuments | HMAC(document) 16 ‖ record number u64 → as `documents`: the record names it beside its own |
 * | 71  | manualChanges | Unix seconds u64 ‖ number u64 → HMAC(two people) 16: a colour act by people, for an hour |
 * | 72  | forgotten   | record number u64 ‖ person number u64 → nothing: erased because somebody asked; the health file is to go too |
 * | 80  | conversions | number u64 → envelope, see `conversion/source.ts`                                   |
 * | 81  | conversionIds | HMAC(consent id) 16, or nullifier 32 → number u64 of the conversion               |
 * | 82  | decisions   | number u64 → envelope, see `conversion/target.ts`                                   |
 * | 83  | decisionIds | source 32 ‖ nullifier 32 → number u64 of the decision                               |
 * | 84  | conversionQueue | side u8 ‖ peer 32 ‖ number u64 → value 32, see `conversion/blinded-batch.ts`     |
 * | 85  | conversionBatches | side u8 ‖ peer 32 ‖ sequence u64 → JSON: the values of a batch                 |
 * | 86  | conversionSent | side u8 ‖ number u64 → sequence u64: the value is on the ledger                   |
 * | 87  | conversionTodo | kind u8 ‖ number u64 → nothing, see `conversion/todo.ts`                          |
 * | 88  | conversionMoves | side u8 ‖ number u64 ‖ from u8 ‖ to u8 → nothing, see `conversion/state-counts.ts` |
 * | 89  | conversionReceipts | number u64 → envelope, see `conversion/source/kept-receipts.ts`                |
 * | 90  | officers    | officer's number → how often their tokens were taken back u64                          |
 *
 * Tags from 100 on are those of the booking, which lie in the same store: `booking/tables.ts`.
 */
import { concatBytes } from '../core/bytes/concat.ts';
import { toUint64, writeUint32 } from '../service/big-endian.ts';
import { defineTables, type Store, type TableReader, type TableSpec } from '../service/store.ts';

type TableName =
  | 'meta'
  | 'records'
  | 'handles'
  | 'duplicates'
  | 'leaves'
  | 'batches'
  | 'roots'
  | 'laneBatches'
  | 'anchors'
  | 'lists'
  | 'acts'
  | 'statuses'
  | 'published'
  | 'proposals'
  | 'actIds'
  | 'actRequests'
  | 'actPlaces'
  | 'actStates'
  | 'actBatches'
  | 'orderedActs'
  | 'placeActs'
  | 'changes'
  | 'actRoots'
  | 'requests'
  | 'requestParts'
  | 'requestTimes'
  | 'receipts'
  | 'budgets'
  | 'keyRuns'
  | 'erasures'
  | 'erasureWork'
  | 'expiries'
  | 'documents'
  | 'disclosures'
  | 'foreignKeys'
  | 'foreignCodes'
  | 'holds'
  | 'people'
  | 'imports'
  | 'healthNames'
  | 'healthFiles'
  | 'healthOrders'
  | 'colourActs'
  | 'colourIds'
  | 'rulings'
  | 'healthWork'
  | 'healthFacts'
  | 'colourHeads'
  | 'healthEdges'
  | 'linkedDocuments'
  | 'manualChanges'
  | 'forgotten'
  | 'conversions'
  | 'conversionIds'
  | 'decisions'
  | 'decisionIds'
  | 'conversionQueue'
  | 'conversionBatches'
  | 'conversionSent'
  | 'conversionTodo'
  | 'conversionMoves'
  | 'conversionReceipts'
  | 'officers';

export const TABLES: Readonly<Record<TableName, TableSpec>> = defineTables({
  meta: { tag: 1, format: 1 },
  records: { tag: 2, format: 1 },
  handles: { tag: 3, format: 1 },
  duplicates: { tag: 4, format: 1 },
  leaves: { tag: 5, format: 1 },
  batches: { tag: 6, format: 1 },
  roots: { tag: 7, format: 1 },
  laneBatches: { tag: 8, format: 1 },
  anchors: { tag: 9, format: 2 },
  lists: { tag: 10, format: 1 },
  acts: { tag: 11, format: 1 },
  statuses: { tag: 12, format: 2 },
  published: { tag: 13, format: 1 },
  proposals: { tag: 14, format: 1 },
  actIds: { tag: 15, format: 1 },
  actRequests: { tag: 16, format: 1 },
  actPlaces: { tag: 17, format: 1 },
  actStates: { tag: 18, format: 1 },
  actBatches: { tag: 19, format: 1 },
  orderedActs: { tag: 20, format: 1 },
  placeActs: { tag: 21, format: 1 },
  changes: { tag: 22, format: 1 },
  actRoots: { tag: 23, format: 1 },
  requests: { tag: 25, format: 1 },
  requestParts: { tag: 26, format: 1 },
  requestTimes: { tag: 27, format: 1 },
  receipts: { tag: 28, format: 1 },
  budgets: { tag: 30, format: 1 },
  keyRuns: { tag: 31, format: 1 },
  erasures: { tag: 35, format: 1 },
  erasureWork: { tag: 36, format: 1 },
  expiries: { tag: 37, format: 1 },
  documents: { tag: 38, format: 1 },
  disclosures: { tag: 39, format: 1 },
  holds: { tag: 40, format: 1 },
  people: { tag: 41, format: 1 },
  foreignKeys: { tag: 42, format: 1 },
  foreignCodes: { tag: 43, format: 1 },
  imports: { tag: 44, format: 1 },
  healthNames: { tag: 60, format: 1 },
  healthFiles: { tag: 61, format: 1 },
  healthOrders: { tag: 62, format: 1 },
  colourActs: { tag: 63, format: 1 },
  colourIds: { tag: 64, format: 1 },
  rulings: { tag: 65, format: 1 },
  healthWork: { tag: 66, format: 1 },
  healthFacts: { tag: 67, format: 1 },
  colourHeads: { tag: 68, format: 1 },
  healthEdges: { tag: 69, format: 1 },
  linkedDocuments: { tag: 70, format: 1 },
  manualChanges: { tag: 71, format: 1 },
  forgotten: { tag: 72, format: 1 },
  conversions: { tag: 80, format: 1 },
  conversionIds: { tag: 81, format: 1 },
  decisions: { tag: 82, format: 1 },
  decisionIds: { tag: 83, format: 1 },
  conversionQueue: { tag: 84, format: 1 },
  conversionBatches: { tag: 85, format: 1 },
  conversionSent: { tag: 86, format: 1 },
  conversionTodo: { tag: 87, format: 1 },
  conversionMoves: { tag: 88, format: 1 },
  conversionReceipts: { tag: 89, format: 1 },
  officers: { tag: 90, format: 1 },
});

export type IssuerTables = Readonly<Record<TableName, TableReader>>;

/** Readers of all tables; writes go through `Store.commit`. */
export function readersOf(store: Store): IssuerTables {
  const readers = Object.entries(TABLES).map(([name, spec]) => [name, store.table(spec)]);
  // One reader for each name of TABLES.
  return Object.fromEntries(readers) as IssuerTables;
}

export function laneKey(lane: number, entry: number): Uint8Array {
  return concatBytes(Uint8Array.of(lane), toUint64(entry));
}

/** A part of what `number` has: parts are counted from 0. */
export function chunkKey(number: number, chunk: number): Uint8Array {
  return concatBytes(toUint64(number), listKey(chunk));
}

export function listKey(list: number): Uint8Array {
  const key = new Uint8Array(4);
  writeUint32(key, 0, list);
  return key;
}
