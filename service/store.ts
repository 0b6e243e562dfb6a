/**
 * A Level store that one process owns. What `commit` has resolved is on the disk: every write is one atomic
 * batch, synced (Level alone does not sync, and without it a power cut takes back what was acknowledged).
 *
 * Group commit: batches handed in while one is being synced go to the disk together with the next sync, in
 * the order they came. After a write that failed nobody knows what is on the disk, so the store refuses all
 * further writes (`STORE_FAILED`) until its folder is opened again, and says so to its owner, once.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Level } from 'level';
import { allocate } from '../core/bytes/allocate.ts';
import { HclError } from '../core/errors.ts';
import { makePrivateFolder, syncFolder } from './files.ts';

export class StoreError extends HclError<
  | 'STORE_LOCKED'
  | 'STORE_NOT_OPENED'
  | 'STORE_FAILED'
  | 'STORE_CLOSED'
  | 'STORE_FORMAT_UNKNOWN'
  | 'STORE_TABLE_CLASH'
> {}

const WRITE_BUFFER_BYTES = 64 * 1024 * 1024;
const CACHE_BYTES = 64 * 1024 * 1024;
/**
 * So many reads in one turn of the event loop are answered on the spot: what is in Level's memory, as most of it is,
 * costs less than to have another thread look. More of them take their turn, so that nobody else waits for a long search.
 */
const READS_ON_THE_SPOT = 64;
/** Entries that are read at once; Level gives fewer where they are large. */
const RUN = 1_000;
/** Sorts after every key of a table. */
const BEYOND: Uint8Array = new Uint8Array(64).fill(0xff);

/** One kind of entry. `tag` is the first byte of its keys, for ever; a retired tag is never used again. */
export interface TableSpec {
  readonly tag: number;
  /** Format of the values: their first byte. A value with another is refused (`STORE_FORMAT_UNKNOWN`). */
  readonly format: number;
}

export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface Range {
  /** Inclusive. */
  readonly from?: Uint8Array;
  /** Exclusive. */
  readonly before?: Uint8Array;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** Reads of one table; writes go through a {@link WriteBatch}. */
export interface TableReader {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  entries(range?: Range): AsyncIterable<Entry>;
  /** As `entries`, of a range that holds few: all of them at once, in two thirds of the time. */
  all(range: Range): Promise<readonly Entry[]>;
  /** The first entry of the range. */
  first(range?: Range): Promise<Entry | undefined>;
}

type Operation = { readonly key: Uint8Array; readonly value?: Uint8Array };

/** Changes that become true together or not at all. */
export class WriteBatch {
  readonly operations: Operation[] = [];

  put(table: TableSpec, key: Uint8Array, value: Uint8Array): this {
    this.operations.push({ key: tagged(table.tag, key), value: tagged(table.format, value) });
    return this;
  }

  delete(table: TableSpec, key: Uint8Array): this {
    this.operations.push({ key: tagged(table.tag, key) });
    return this;
  }
}

export interface StoreOptions {
  /** Called at the first write that fails. */
  readonly onFailure?: () => void;
}

interface LevelDb {
  compactRange(start: Uint8Array, end: Uint8Array, options: { readonly keyEncoding: 'view' }): Promise<void>;
}

/** As Level takes a range of one table. */
interface Bounds {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
  readonly reverse: boolean;
  readonly limit: number;
}

interface Waiting {
  readonly batch: WriteBatch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Store implements AsyncDisposable {
  readonly #level: Level<Uint8Array, Uint8Array>;
  readonly #onFailure: () => void;
  #waiting: Waiting[] = [];
  #writing = false;
  #readThisTurn = 0;
  #failure: StoreError | undefined;

  private constructor(level: Level<Uint8Array, Uint8Array>, onFailure: () => void) {
    this.#level = level;
    this.#onFailure = onFailure;
  }

  /** Opens or creates the store; `STORE_LOCKED` when another one holds it, `STORE_NOT_OPENED` when the disk refuses. */
  static async open(folder: string, { onFailure = () => undefined }: StoreOptions = {}): Promise<Store> {
    await makePrivateFolder(folder);
    if ((await readdir(folder)).length === 0) await createWhole(folder);
    return new Store(await openLevel(folder), onFailure);
  }

  /** False once a write has failed. */
  get healthy(): boolean {
    return this.#failure === undefined && this.#level.status === 'open';
  }

  /** Resolves when the batch, and all before it, are on the disk. An error means: unknown. */
  async commit(batch: WriteBatch): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ batch, resolve: done.resolve, reject: done.reject });
    if (!this.#writing) void this.#writeAll();
    await done.promise;
  }

  table(spec: TableSpec): TableReader {
    return {
      get: async (key) => untag(spec, await this.#read(() => this.#get(tagged(spec.tag, key)))),
      getMany: async (keys) => {
        const values = await this.#read(() => this.#getMany(keys.map((key) => tagged(spec.tag, key))));
        return values.map((value) => untag(spec, value));
      },
      entries: (range) => this.#entries(spec, range ?? {}),
      all: (range) => this.#all(spec, range),
      first: async (range) => (await this.#all(spec, { ...range, limit: 1 }))[0],
    };
  }

  /**
   * Rewrites the files that hold these tables, so that nothing of what was deleted or overwritten is left in them
   * (an iterator that is open meanwhile keeps what it can see). Level merges a file only into one below it, so its
   * deepest files stay as they are unless something newer lies across them: deletions of two keys that nobody uses.
   * Twice, since what was only in memory becomes such a file the first time.
   */
  async compact(tables: readonly TableSpec[]): Promise<void> {
    const ranges = tables.map(({ tag }) => ({ start: Uint8Array.of(tag), end: tagged(tag, BEYOND) }));
    for (let round = 0; round < 2; round++) {
      const batch = new WriteBatch();
      for (const { start, end } of ranges) batch.operations.push({ key: start }, { key: end });
      await this.commit(batch);
      for (const { start, end } of ranges) {
        // In Node a Level is a LevelDB, which can do more than the type says.
        await (this.#level as unknown as LevelDb).compactRange(start, end, { keyEncoding: 'view' });
      }
    }
  }

  async close(): Promise<void> {
    while (this.#writing) await new Promise((resolve) => setImmediate(resolve));
    this.#failure ??= new StoreError('STORE_CLOSED', 'the store is closed');
    await this.#level.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#isOnTheSpot(1) ? this.#level.getSync(key) : await this.#level.get(key);
  }

  async #getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    if (this.#isOnTheSpot(keys.length)) return keys.map((key) => this.#level.getSync(key));
    return await this.#level.getMany([...keys]);
  }

  /** Counts reads, and says whether there is room for them in this turn. */
  #isOnTheSpot(reads: number): boolean {
    if (this.#readThisTurn + reads > READS_ON_THE_SPOT) return false;
    if (this.#readThisTurn === 0) setImmediate(() => (this.#readThisTurn = 0));
    this.#readThisTurn += reads;
    return true;
  }

  /** A store that failed is closed before it is opened again: its last readers are told the same as its writers. */
  async #read<Result>(read: () => Promise<Result>): Promise<Result> {
    try {
      return await read();
    } catch (error) {
      if (this.#level.status === 'open') throw error;
      throw this.#failure ?? error;
    }
  }

  async *#entries(spec: TableSpec, range: Range): AsyncGenerator<Entry> {
    const iterator = this.#level.iterator(toBounds(spec, range));
    try {
      // In runs: one at a time, Level would go to the disk for the first alone, and once more to see that it was the last.
      for (let run = await iterator.nextv(RUN); run.length > 0; run = await iterator.nextv(RUN))
        for (const [key, value] of run) yield { key: key.subarray(1), value: readFormat(spec, value) };
    } finally {
      await iterator.close();
    }
  }

  async #all(spec: TableSpec, range: Range): Promise<readonly Entry[]> {
    const found = await this.#level.iterator(toBounds(spec, range)).all();
    return found.map(([key, value]) => ({ key: key.subarray(1), value: readFormat(spec, value) }));
  }

  /** The only writer: one synced Level batch at a time. */
  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#failure !== undefined) throw this.#failure;
        await this.#write(group);
        for (const waiting of group) waiting.resolve();
      } catch (cause) {
        this.#fail(cause);
        for (const waiting of group) waiting.reject(this.#failure);
      }
    }
    this.#writing = false;
  }

  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = new StoreError('STORE_FAILED', 'a write failed: open the store again', { cause });
    this.#onFailure();
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const chained = this.#level.batch();
    for (const { batch } of group) {
      for (const { key, value } of batch.operations) {
        if (value === undefined) chained.del(key);
        else chained.put(key, value);
      }
    }
    if (chained.length === 0) await chained.close();
    else await chained.write({ sync: true });
  }
}

/** Tables by name, checked once for tags used twice. */
export function defineTables<Names extends string>(
  tables: Readonly<Record<Names, TableSpec>>,
): Readonly<Record<Names, TableSpec>> {
  const tags = Object.values<TableSpec>(tables).map((table) => table.tag);
  if (new Set(tags).size !== tags.length) throw new StoreError('STORE_TABLE_CLASH', 'two tables share a tag');
  return tables;
}

async function openLevel(folder: string): Promise<Level<Uint8Array, Uint8Array>> {
  const level = new Level<Uint8Array, Uint8Array>(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    writeBufferSize: WRITE_BUFFER_BYTES,
    cacheSize: CACHE_BYTES,
  });
  try {
    await level.open();
  } catch (cause) {
    if (causeCode(cause) === 'LEVEL_LOCKED') {
      throw new StoreError('STORE_LOCKED', 'another process holds this data folder', { cause });
    }
    const reason = `the store does not open: ${folder} is full, read-only, damaged, or out of open files`;
    throw new StoreError('STORE_NOT_OPENED', reason, { cause });
  }
  return level;
}

/**
 * Makes a new store beside the empty folder and puts it in its place: Level names its first manifest before that is
 * synced, and a power cut in between leaves a folder that never opens.
 */
async function createWhole(folder: string): Promise<void> {
  const beside = `${folder}.new`;
  await rm(beside, { recursive: true, force: true });
  await makePrivateFolder(beside);
  await (await openLevel(beside)).close();
  await rename(beside, folder);
  await syncFolder(dirname(folder));
}

function toBounds({ tag }: TableSpec, { from = new Uint8Array(0), before, reverse, limit }: Range): Bounds {
  const lt = before === undefined ? Uint8Array.of(tag + 1) : tagged(tag, before);
  return { gte: tagged(tag, from), lt, reverse: reverse ?? false, limit: limit ?? -1 };
}

function tagged(tag: number, bytes: Uint8Array): Uint8Array {
  const result = allocate(bytes.length + 1);
  result[0] = tag;
  result.set(bytes, 1);
  return result;
}

function untag(spec: TableSpec, value: Uint8Array | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : readFormat(spec, value);
}

function readFormat(spec: TableSpec, value: Uint8Array): Uint8Array {
  if (value[0] !== spec.format) {
    throw new StoreError('STORE_FORMAT_UNKNOWN', `table ${spec.tag} holds a value of format ${value[0]}`);
  }
  return value.subarray(1);
}

function causeCode(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
