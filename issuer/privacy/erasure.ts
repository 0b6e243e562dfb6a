/**
 * Erases records (Cap. 486 s.26): mark → revoke → destroy → let the epoch die (`epoch-turn.ts`). Every step is on
 * the disk before the next begins, and doing it again changes nothing:
 *
 * | the process ends                  | then                                                                      |
 * |-----------------------------------|---------------------------------------------------------------------------|
 * | before the mark is synced         | nothing has happened, and nobody was told otherwise                       |
 * | after it                          | the next pass revokes and destroys                                        |
 * | after the revocation is synced    | the next pass finds it revoked, and destroys                              |
 * | after the destruction is synced   | the record is gone here; the next turn makes older copies worthless       |
 * | anywhere in the turn              | see `epoch-turn.ts`                                                       |
 *
 * Status comes first, so that there is no moment in which a code counts that nobody can account for. The leaf stays
 * in its batch, and what is kept of it makes the receipt.
 */
import { toHex } from '../../core/bytes/hex.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { epochOf } from '../../service/envelope.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { chunksOf } from '../chunks.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { Lock } from '../lock.ts';
import type { RecordEntry, RecordSealer } from '../record-entry.ts';
import { statusPlaceOf } from '../status-place.ts';
import type { Status, StatusPlace } from '../status.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { forgetDisclosures } from './disclosures.ts';
import {
  decodeErasure,
  encodeErasure,
  workKey,
  type ErasedLeaf,
  type ErasureEntry,
  type ErasureGround,
} from './erasure-entry.ts';
import type { KeyRing } from './key-ring.ts';
import { deleteTraces } from './traces.ts';

export interface ErasureDependencies {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly ring: KeyRing;
  readonly sealer: RecordSealer;
  readonly lists: ListAllocator;
  readonly status: Pick<Status, 'revoke'>;
  readonly now: Clock;
  /** Whoever changes stored records holds it: erasure, the turn of an epoch, signing again. */
  readonly recordsLock: Lock;
  /** So many are gone from the store. */
  readonly onErased: (count: number) => void;
}

/** A marked record with all that has to be known of it to destroy it. */
interface Marked {
  readonly number: number;
  readonly mark: ErasureEntry;
  readonly record: RecordEntry;
  readonly epoch: number;
  readonly leaves: readonly ErasedLeaf[];
}

const CHUNK_RECORDS = 200;
/** Where the table of work divides: marked before it, erased from it on. */
const FIRST_ERASED = workKey('erased', 0, 0);

export class Erasure {
  readonly #deps: ErasureDependencies;

  constructor(deps: ErasureDependencies) {
    this.#deps = deps;
  }

  async find(number: number): Promise<ErasureEntry | undefined> {
    const value = await this.#deps.tables.erasures.get(toUint64(number));
    return value === undefined ? undefined : decodeErasure(value);
  }

  /** Marks those of the records that are there and not marked yet; returns how many. On the disk when it resolves. */
  async mark(numbers: readonly number[], ground: ErasureGround): Promise<number> {
    const { store, tables, now, recordsLock } = this.#deps;
    return await recordsLock.run(async () => {
      const keys = numbers.map(toUint64);
      const records = await tables.records.getMany(keys);
      const known = await tables.erasures.getMany(keys);
      const fresh = numbers.filter((_, i) => records[i] !== undefined && known[i] === undefined);
      const markedAtSeconds = Math.floor(now() / 1000);
      const mark: ErasureEntry = { stage: 'marked', ground, markedAtSeconds, erasedAtSeconds: 0, leaves: [] };
      const batch = new WriteBatch();
      for (const number of fresh) {
        batch.put(TABLES.erasures, toUint64(number), encodeErasure(mark));
        batch.put(TABLES.erasureWork, workKey('marked', 0, number), toUint64(markedAtSeconds));
      }
      await store.commit(batch);
      return fresh.length;
    });
  }

  /** Revokes and destroys what is marked, all of it or these; ends early when `isStopping` says so. */
  async eraseMarked(isStopping: () => boolean, only?: readonly number[]): Promise<void> {
    for await (const numbers of chunksOf(only ?? this.#marked(), CHUNK_RECORDS)) {
      if (isStopping()) return;
      await this.#deps.recordsLock.run(() => this.#erase(numbers));
    }
  }

  /** When the first record was erased that older copies of the store still hold, `undefined` when there is none. */
  async waitingSinceSeconds(): Promise<number | undefined> {
    const first = await this.#deps.tables.erasureWork.first({ from: FIRST_ERASED });
    return first === undefined ? undefined : readUint64(first.value);
  }

  /** The epochs before `epoch` are destroyed, and so is what they wrapped. */
  async bury(epoch: number): Promise<void> {
    const { store, tables } = this.#deps;
    const range = { from: FIRST_ERASED, before: workKey('erased', epoch, 0) };
    for await (const chunk of chunksOf(tables.erasureWork.entries(range), CHUNK_RECORDS)) {
      const batch = new WriteBatch();
      for (const { key } of chunk) {
        const number = readUint64(key, 5);
        const entry = await this.find(number);
        invariant(entry !== undefined, 'what is worked on has an entry');
        batch.put(TABLES.erasures, toUint64(number), encodeErasure({ ...entry, stage: 'dead' }));
        batch.delete(TABLES.erasureWork, key);
      }
      await store.commit(batch);
    }
  }

  async *#marked(): AsyncGenerator<number> {
    for await (const { key } of this.#deps.tables.erasureWork.entries({ before: FIRST_ERASED })) {
      yield readUint64(key, 5);
    }
  }

  async #erase(numbers: readonly number[]): Promise<void> {
    const { store, status, now, onErased } = this.#deps;
    const marked = (await Promise.all(numbers.map((number) => this.#load(number)))).flat();
    // The one place where erasure reaches into status.
    await status.revoke(
      marked.flatMap(({ leaves }) => leaves.map(toPlace)),
      'erased',
    );
    const erasedAtSeconds = Math.floor(now() / 1000);
    const batch = new WriteBatch();
    for (const one of marked) await this.#destroy(one, erasedAtSeconds, batch);
    // Commit point: before it everything of these records is there, after it nothing but the receipt's facts.
    await store.commit(batch);
    onErased(marked.length);
  }

  /** Nothing when it is not marked any more. */
  async #load(number: number): Promise<readonly Marked[]> {
    const { tables, sealer } = this.#deps;
    const mark = await this.find(number);
    if (mark?.stage !== 'marked') return [];
    const sealed = await tables.records.get(toUint64(number));
    invariant(sealed !== undefined, 'a marked record is there');
    const record = sealer.open(number, sealed);
    return [{ number, mark, record, epoch: epochOf(sealed), leaves: this.#leavesOf(record) }];
  }

  async #destroy(marked: Marked, erasedAtSeconds: number, batch: WriteBatch): Promise<void> {
    const { number, mark, record, epoch, leaves } = marked;
    const entry: ErasureEntry = { ...mark, stage: 'erased', erasedAtSeconds, leaves };
    batch.delete(TABLES.records, toUint64(number));
    deleteTraces(batch, number, record, this.#deps);
    await forgetDisclosures(batch, number, this.#deps.tables);
    batch.put(TABLES.erasures, toUint64(number), encodeErasure(entry));
    batch.delete(TABLES.erasureWork, workKey('marked', 0, number));
    batch.put(TABLES.erasureWork, workKey('erased', epoch, number), toUint64(erasedAtSeconds));
  }

  #leavesOf(entry: RecordEntry): readonly ErasedLeaf[] {
    const { crypto, lists } = this.#deps;
    return entry.credentials.map(({ headerBytes, payloadBytes }, place) => {
      const leaf = leafHash(crypto, commitmentOf(crypto, headerBytes, payloadBytes));
      return { leaf: toHex(leaf), ...statusPlaceOf(entry, place, lists) };
    });
  }
}

function toPlace({ list, index }: ErasedLeaf): StatusPlace {
  return { list, index };
}
