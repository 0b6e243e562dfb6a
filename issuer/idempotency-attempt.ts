/**
 * One request under an idempotency key, from its first row to its last. What is stored of it (`store.ts`):
 *
 *   requests      begun at, milliseconds u64 ‖ chunks u32, 0xffffffff until an attempt came to its end
 *   requestParts  HMAC(rows) 16 ‖ first record made u64 ‖ records made u32, for each chunk
 */
import { concatBytes } from '../core/bytes/concat.ts';
import { equalBytes } from '../core/bytes/equal.ts';
import { fromUtf8, toUtf8 } from '../core/bytes/utf8.ts';
import { readUint32, readUint64, toUint64, writeUint32 } from '../service/big-endian.ts';
import type { Clock } from '../service/clock.ts';
import { WriteBatch, type Store } from '../service/store.ts';
import { IssuerError } from './errors.ts';
import type { KeyedIndex } from './keyed-index.ts';
import { TABLES, type IssuerTables } from './store.ts';

export interface IdempotencyDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly now: Clock;
}

/** Records numbered `first` … `first + count - 1`; `first` would be the next one when there are none. */
export interface NumberRange {
  readonly first: number;
  readonly count: number;
}

/** A chunk of a request with a key. */
export interface KeyedChunk {
  readonly number: number;
  readonly digest: Uint8Array;
  /** What an earlier attempt made for it; `undefined` when none came so far. */
  readonly made?: NumberRange;
  /** The first record made for the request, in this chunk or one before: those from here on were new then. */
  readonly newFrom?: number;
  readonly receipt?: string;
}

const NOT_ENDED = 0xffff_ffff;
const DIGEST_BYTES = 16;

/** Its turn ends when it is disposed. */
export class Attempt implements Disposable {
  readonly #name: Uint8Array;
  readonly #deps: IdempotencyDependencies;
  readonly #onEnd: () => void;
  readonly #begunAtMs: number;
  /** Chunks of the whole request, once one attempt came to its end. */
  readonly #chunks: number | undefined;
  #isKnown: boolean;
  #next = 0;
  #newFrom: number | undefined;

  private constructor(
    name: Uint8Array,
    deps: IdempotencyDependencies,
    { entry, onEnd }: { readonly entry: Uint8Array | undefined; readonly onEnd: () => void },
  ) {
    this.#name = name;
    this.#deps = deps;
    this.#onEnd = onEnd;
    this.#isKnown = entry !== undefined;
    this.#begunAtMs = entry === undefined ? deps.now() : readUint64(entry);
    const chunks = entry === undefined ? NOT_ENDED : readUint32(entry, 8);
    this.#chunks = chunks === NOT_ENDED ? undefined : chunks;
  }

  static async open(name: Uint8Array, deps: IdempotencyDependencies, onEnd: () => void): Promise<Attempt> {
    return new Attempt(name, deps, { entry: await deps.tables.requests.get(name), onEnd });
  }

  /**
   * The next chunk of the request; throws `IDEMPOTENCY_KEY_REUSED` when other rows stood there. Nothing is made for
   * a request before this: all chunks before it were the same.
   *
   * @param rows what the rows say, in bytes
   */
  async open(rows: Uint8Array): Promise<KeyedChunk> {
    const { tables, index } = this.#deps;
    const number = this.#next++;
    const digest = index.ofRows(rows);
    const key = chunkKey(this.#name, number);
    const stored = await tables.requestParts.get(key);
    if (stored === undefined) {
      if (this.#chunks !== undefined) throw reused();
      return { number, digest };
    }
    if (!equalBytes(stored.subarray(0, DIGEST_BYTES), digest)) throw reused();
    const made = { first: readUint64(stored, DIGEST_BYTES), count: readUint32(stored, DIGEST_BYTES + 8) };
    this.#newFrom ??= made.first;
    const known = { number, digest, made, newFrom: this.#newFrom };
    const receipt = await tables.receipts.get(key);
    return receipt === undefined ? known : { ...known, receipt: fromUtf8(receipt) ?? '' };
  }

  /** Adds what is to be remembered of a chunk to the batch that stores it. */
  addTo(batch: WriteBatch, { number, digest }: KeyedChunk, { first, count }: NumberRange): void {
    const value = concatBytes(digest, toUint64(first), new Uint8Array(4));
    writeUint32(value, DIGEST_BYTES + 8, count);
    batch.put(TABLES.requestParts, chunkKey(this.#name, number), value);
    if (this.#isKnown) return;
    this.#isKnown = true;
    this.#putState(batch, NOT_ENDED);
    batch.put(TABLES.requestTimes, concatBytes(toUint64(this.#begunAtMs), this.#name), new Uint8Array(0));
  }

  /** Keeps the receipt of a chunk: signed again it would read differently. */
  async keepReceipt({ number }: KeyedChunk, receipt: string): Promise<void> {
    const key = chunkKey(this.#name, number);
    await this.#deps.store.commit(new WriteBatch().put(TABLES.receipts, key, toUtf8(receipt)));
  }

  /** All rows are answered. Throws `IDEMPOTENCY_KEY_REUSED` when there were more of them before. */
  async end(): Promise<void> {
    if (this.#chunks === this.#next) return;
    if (this.#chunks !== undefined || (await this.#hasMore())) throw reused();
    const batch = new WriteBatch();
    this.#putState(batch, this.#next);
    const time = concatBytes(toUint64(this.#begunAtMs), this.#name);
    batch.put(TABLES.requestTimes, time, new Uint8Array(0));
    await this.#deps.store.commit(batch);
  }

  [Symbol.dispose](): void {
    this.#onEnd();
  }

  async #hasMore(): Promise<boolean> {
    const key = chunkKey(this.#name, this.#next);
    return (await this.#deps.tables.requestParts.get(key)) !== undefined;
  }

  #putState(batch: WriteBatch, chunks: number): void {
    const value = concatBytes(toUint64(this.#begunAtMs), new Uint8Array(4));
    writeUint32(value, 8, chunks);
    batch.put(TABLES.requests, this.#name, value);
  }
}

/** The keys of all chunks of a request. */
export function chunkKeys(name: Uint8Array): { readonly from: Uint8Array; readonly before: Uint8Array } {
  return { from: chunkKey(name, 0), before: chunkKey(name, NOT_ENDED) };
}

function chunkKey(name: Uint8Array, chunk: number): Uint8Array {
  const key = concatBytes(name, new Uint8Array(4));
  writeUint32(key, name.length, chunk);
  return key;
}

function reused(): IssuerError {
  return new IssuerError('IDEMPOTENCY_KEY_REUSED', 'other rows came under this idempotency key before');
}
