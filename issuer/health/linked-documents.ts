/**
 * Of a store that an earlier release has written: its records were taken in before there was an index of the documents
 * that they name beside their own, and without it an order under the one turns no code under the other. Every record is
 * read once, at the first start; what names other documents is indexed, and followed as a new fact.
 */
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { isDerivedType, type IssuableRecord } from '../../core/record/derived.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { EnvelopeError } from '../../service/envelope.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Entry, type Store } from '../../service/store.ts';
import { chunksOf } from '../chunks.ts';
import type { KeyRing } from '../privacy/key-ring.ts';
import { putLinked } from '../privacy/traces.ts';
import { recordOf, type RecordSealer } from '../record-entry.ts';
import { TABLES, type IssuerTables } from '../store.ts';

export interface LinkedDocumentsDependencies {
  readonly store: Store;
  readonly tables: Pick<IssuerTables, 'meta' | 'records'>;
  readonly ring: KeyRing;
  readonly sealer: RecordSealer;
  readonly log: Log;
}

/** Number u64 of the record to go on with; nothing when all are read. */
const INDEXED = toUtf8('linked-documents');
const NOTHING = new Uint8Array(0);
const CHUNK_RECORDS = 500;

/** Nothing once it is done; cut short, the next start goes on. To be called before any record is taken in. */
export async function indexLinkedDocuments(deps: LinkedDocumentsDependencies): Promise<void> {
  const { store, tables } = deps;
  const from = (await tables.meta.get(INDEXED)) ?? toUint64(0);
  if (from.length === 0) return;
  let unreadable = 0;
  for await (const chunk of chunksOf(tables.records.entries({ from }), CHUNK_RECORDS)) {
    const batch = new WriteBatch();
    for (const entry of chunk) if (!tryAdd(batch, entry, deps)) unreadable++;
    // A chunk is never empty.
    batch.put(TABLES.meta, INDEXED, toUint64(readUint64(chunk.at(-1)!.key) + 1));
    await store.commit(batch);
  }
  await store.commit(new WriteBatch().put(TABLES.meta, INDEXED, NOTHING));
  if (unreadable > 0) tell(unreadable, deps);
}

/** False for a record that does not open: its person is served by what else names the documents. */
function tryAdd(batch: WriteBatch, entry: Entry, deps: LinkedDocumentsDependencies): boolean {
  try {
    add(batch, entry, deps);
    return true;
  } catch (error) {
    if (error instanceof EnvelopeError) return false;
    throw error;
  }
}

function add(batch: WriteBatch, { key, value }: Entry, { ring, sealer }: LinkedDocumentsDependencies): void {
  const number = readUint64(key);
  const record = recordOf(sealer.open(number, value));
  putLinked(batch, number, record, ring);
  if (isLink(record)) batch.put(TABLES.healthFacts, key, NOTHING);
}

/** A fact that says whose documents belong together. */
function isLink({ type, subject }: IssuableRecord): boolean {
  return subject.linked !== undefined && !isDerivedType(type);
}

function tell(count: number, { log }: LinkedDocumentsDependencies): void {
  log.error(
    { code: 'RECORD_UNREADABLE', count },
    'records do not open: the other documents that they name lead to nobody',
  );
}
