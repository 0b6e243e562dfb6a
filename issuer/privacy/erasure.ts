/**
 * Erases records (Cap. 486 s.26): mark → revoke → destroy → let the epoch die (`epoch-turn.ts`). Every step is on
 * the disk before the next begins, and doing it again changes nothing:
 *
 * | the process ends                  | then                                                                      |
 * |-----------------------------------|---------------------------------------------------------------------------|
 * | before the mark is synced         | nothing has happened, and nobody was told otherwise                       |
 * | after it                          | the next pass revokes and destroys                                        |
 * | after the revocation is synced    | the next pass finds it revoked, and destroys                              |
 * | after the destruction is synced   | the record is gone here; the next pass over health codes ends the file of |
 * |                                   | its person, and the next turn makes older copies worthless                |
 * | anywhere in the turn              | see `epoch-turn.ts`                                                       |
 *
 * Status comes first, so that there is no moment in which a code counts that nobody can account for. The leaf stays
 * in its batch, and what is kept of it makes the receipt.
 */
import { toHex } from '../../core/bytes/hex.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import type { Subject } from '../../core/record/record.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { epochOf, EnvelopeError } from '../../service/envelope.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { chunksOf } from '../chunks.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { Lock } from '../lock.ts';
import { recordOf, type RecordEntry, type RecordSealer } from '../record-entry.ts';
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
import type { Holds } from './holds.ts';
import type { KeyRing } from './key-ring.ts';
import { deleteTraces, deleteTracesOfUnread } from './traces.ts';

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
  readonly holds: Pick<Holds, 'isHeld' | 'forget'>;
  readonly log: Log;
  /** So many are gone from the store. */
  readonly onErased: (count: number) => void;
  /** Adds that the record of this person goes because somebody asked for it; not because its time is over. */
  readonly addForgotten: (batch: WriteBatch, forgotten: Forgotten) => Promise<void>;
  /** What was added is on the disk. */
  readonly onForgotten: () => Promise<void>;
}

export interface Forgotten {
  /** Of the record. */
  readonly number: number;
  readonly subject: Subject;
}

/** A marked record with all that has to be known of it to destroy it. */
interface Marked extends MarkedUnread {
  readonly record: RecordEntry;
  readonly leaves: readonly ErasedLeaf[];
}

/** A marked record that does not open. */
interface MarkedUnread {
  readonly number: number;
  readonly mark: ErasureEntry;
  readonly epoch: number;
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

  /** Marks those of the records that are there, not held and not marked yet; returns how many. On the disk when it resolves. */
  async mark(numbers: readonly number[], ground: ErasureGround): Promise<number> {
    const { store, tables, now, recordsLock, holds } = this.#deps;
    return await recordsLock.run(async () => {
      const keys = numbers.map(toUint64);
      const records = await tables.records.getMany(keys);
      const known = await tables.erasures.getMany(keys);
      const fresh = numbers.filter((number, i) => {
        return records[i] !== undefined && known[i] === undefined && !holds.isHeld(number);
      });
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

  /** Those of the records that wait for their erasure, and for nothing else. */
  async beingErased(numbers: readonly number[]): Promise<ReadonlySet<number>> {
    const { tables, holds } = this.#deps;
    const found = numbers.length === 0 ? [] : await tables.erasures.getMany(numbers.map(toUint64));
    return new Set(
      numbers.filter((number, i) => {
        const value = found[i];
        return value !== undefined && isPending(decodeErasure(value)) && !holds.isHeld(number);
      }),
    );
  }

  /** Numbers of the records that are to be erased and do not open. */
  async unreadable(): Promise<readonly number[]> {
    const found: number[] = [];
    for await (const number of this.#marked()) {
      if ((await this.find(number))?.stage === 'unreadable') found.push(number);
    }
    return found;
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
        if (entry.stage === 'unreadable') await this.#destroyUnread(number, batch);
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
    const { store, status, now, onErased, holds } = this.#deps;
    const free = numbers.filter((number) => !holds.isHeld(number));
    const found = (await Promise.all(free.map((number) => this.#load(number)))).flat();
    const marked = found.filter((one): one is Marked => 'record' in one);
    // The one place where erasure reaches into status.
    await status.revoke(
      marked.flatMap(({ leaves }) => leaves.map(toPlace)),
      'erased',
    );
    const erasedAtSeconds = Math.floor(now() / 1000);
    const batch = new WriteBatch();
    for (const one of marked) await this.#destroy(one, erasedAtSeconds, batch);
    this.#leaveToTheirEpoch(
      found.filter((one) => !('record' in one) && one.mark.stage === 'marked'),
      erasedAtSeconds,
      batch,
    );
    await this.#addForgotten(marked, batch);
    // Commit point: before it everything of these records is there, after it nothing but the receipt's facts.
    await store.commit(batch);
    onErased(marked.length);
    await this.#deps.onForgotten();
  }

  async #addForgotten(marked: readonly Marked[], batch: WriteBatch): Promise<void> {
    const asked = marked.filter(({ mark }) => mark.ground !== 'retention-over');
    for (const { number, record } of asked)
      await this.#deps.addForgotten(batch, { number, subject: recordOf(record).subject });
  }

  /** Nothing when it is not marked any more. */
  async #load(number: number): Promise<readonly (Marked | MarkedUnread)[]> {
    const { tables, sealer, ring } = this.#deps;
    const mark = await this.find(number);
    if (!isPending(mark)) return [];
    const sealed = await tables.records.get(toUint64(number));
    invariant(sealed !== undefined, 'a marked record is there');
    try {
      const record = sealer.open(number, sealed);
      return [{ number, mark, record, epoch: epochOf(sealed), leaves: this.#leavesOf(record) }];
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      // Its epoch is not to be believed either; none that lives is newer than the newest.
      return [{ number, mark, epoch: ring.envelope.epoch }];
    }
  }

  /** They stay marked too, and are tried again: what opens after all is erased as it should be. */
  #leaveToTheirEpoch(unread: readonly MarkedUnread[], atSeconds: number, batch: WriteBatch): void {
    if (unread.length === 0) return;
    for (const { number, mark, epoch } of unread) {
      batch.put(TABLES.erasures, toUint64(number), encodeErasure({ ...mark, stage: 'unreadable' }));
      batch.put(TABLES.erasureWork, workKey('erased', epoch, number), toUint64(atSeconds));
    }
    this.#deps.log.error(
      { code: 'RECORD_UNREADABLE', count: unread.length },
      'records that are to be erased do not open: not revoked, and destroyed only with their epoch',
    );
  }

  /** No key opens it any more, here or elsewhere; now what leads to it goes too. */
  async #destroyUnread(number: number, batch: WriteBatch): Promise<void> {
    const { tables, holds } = this.#deps;
    batch.delete(TABLES.records, toUint64(number));
    await deleteTracesOfUnread(batch, number, tables);
    await forgetDisclosures(batch, number, tables);
    await holds.forget(batch, number);
    batch.delete(TABLES.erasureWork, workKey('marked', 0, number));
  }

  async #destroy(marked: Marked, erasedAtSeconds: number, batch: WriteBatch): Promise<void> {
    const { number, mark, record, epoch, leaves } = marked;
    const entry: ErasureEntry = { ...mark, stage: 'erased', erasedAtSeconds, leaves };
    batch.delete(TABLES.records, toUint64(number));
    deleteTraces(batch, number, record, this.#deps);
    await forgetDisclosures(batch, number, this.#deps.tables);
    await this.#deps.holds.forget(batch, number);
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

/** The record is still there. */
function isPending(entry: ErasureEntry | undefined): entry is ErasureEntry {
  return entry?.stage === 'marked' || entry?.stage === 'unreadable';
}

function toPlace({ list, index }: ErasedLeaf): StatusPlace {
  return { list, index };
}
