/**
 * The chain on disk: one Level database that a block enters whole or not at all.
 *
 * | sublevel | key                          | value                                                        |
 * |----------|------------------------------|--------------------------------------------------------------|
 * | `meta`   | `format`                     | version of this table, 1 byte                                |
 * | `meta`   | `head`                       | number of the last block, 8 bytes                            |
 * | `block`  | number, 8 bytes              | the block (block.ts)                                         |
 * | `hash`   | block hash                   | number, 8 bytes                                              |
 * | `rcpt`   | number, 8 bytes              | rlp of the list of receipts in consensus form (receipt.ts)   |
 * | `tx`     | transaction hash             | number, 8 bytes ‖ index in the block, 4 bytes                |
 * | `bloom`  | number, 8 bytes              | the header's log filter; only blocks that have logs          |
 * | `node`   | keccak, `c` first for code   | state trie node or contract code (state-nodes.ts)            |
 *
 * A name that falls out of use stays listed. Beside the database lies the note of the last block (head-note.ts).
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RLP } from '@ethereumjs/rlp';
import type { BatchOperation } from 'level';
import { decodeBlock, encodeBlock, transactionHash, type SealedBlock } from './block.ts';
import { corrupt, openDatabase, unavailable, type Database } from './database.ts';
import { HeadNote, readHeadNote, type NotedBlock } from './head-note.ts';
import type { LedgerCrypto } from './native-crypto.ts';
import { NodeError } from './node-errors.ts';
import { decodeReceipt, encodeReceipt, type Receipt } from './receipt.ts';
import { StateNodes, type StateNodeWrite } from './state-nodes.ts';
import { numberKey, placeValue, readIndex, readNumber } from './store-keys.ts';

type Table<Key> = ReturnType<typeof openTable<Key>>;
type Write = BatchOperation<Database, Uint8Array | string, Uint8Array>;

const FORMAT_VERSION = 1;
const RANGE_CHUNK = 1_000;

export interface TransactionPlace {
  readonly blockNumber: bigint;
  readonly index: number;
}

export interface CommittedBlock {
  readonly block: SealedBlock;
  readonly receipts: readonly Receipt[];
}

export interface StoreOptions {
  /** Whether a folder without a chain gets one; default true. */
  readonly mayCreate?: boolean;
  /** What LevelDB gathers before it writes a table. */
  readonly writeBufferBytes?: number;
}

interface StoreParts {
  readonly folder: string;
  readonly database: Database;
  readonly crypto: LedgerCrypto;
  readonly noted: NotedBlock | undefined;
}

export class ChainStore implements AsyncDisposable {
  readonly stateNodes: StateNodes;
  /** What the note beside the database says of an earlier run. */
  readonly noted: NotedBlock | undefined;
  readonly crypto: LedgerCrypto;
  readonly #database: Database;
  readonly #note: HeadNote;
  readonly #meta: Table<string>;
  readonly #blocks: Table<Uint8Array>;
  readonly #hashes: Table<Uint8Array>;
  readonly #receipts: Table<Uint8Array>;
  readonly #transactions: Table<Uint8Array>;
  readonly #blooms: Table<Uint8Array>;
  readonly #nodes: Table<string>;
  #headNumber: bigint | undefined;
  #head: SealedBlock | undefined;

  private constructor({ folder, database, crypto, noted }: StoreParts) {
    this.noted = noted;
    this.crypto = crypto;
    this.#database = database;
    this.#note = new HeadNote(noteFileOf(folder), crypto);
    this.#meta = openTable<string>(database, 'meta', 'utf8');
    this.#blocks = openTable<Uint8Array>(database, 'block', 'view');
    this.#hashes = openTable<Uint8Array>(database, 'hash', 'view');
    this.#receipts = openTable<Uint8Array>(database, 'rcpt', 'view');
    this.#transactions = openTable<Uint8Array>(database, 'tx', 'view');
    this.#blooms = openTable<Uint8Array>(database, 'bloom', 'view');
    this.#nodes = openTable<string>(database, 'node', 'hex');
    this.stateNodes = new StateNodes((key) => this.storedNode(key), crypto);
  }

  /**
   * Opens the database below `folder`, whatever its blocks are worth: a node checks them next
   * (check-newest.ts), `fsck` checks all of them. A new one has no head until the genesis block is committed.
   * Throws `NODE_FOLDER_LOCKED`, `NODE_STORE_UNAVAILABLE`, `NODE_STORE_CORRUPT` or `NODE_STORE_VERSION`; and
   * `NODE_STORE_EMPTY` where there is none and none may be made.
   */
  static async open(
    folder: string,
    crypto: LedgerCrypto,
    { mayCreate = true, writeBufferBytes }: StoreOptions = {},
  ): Promise<ChainStore> {
    const noted = readNote(folder, crypto);
    requireDatabase(folder, noted, mayCreate);
    const database = await openDatabase(databaseOf(folder), noted === undefined, writeBufferBytes);
    const store = new ChainStore({ folder, database, crypto, noted });
    try {
      await store.#openTables();
      store.#readHeadNumber();
      return store;
    } catch (error) {
      await store[Symbol.asyncDispose]();
      throw error instanceof NodeError ? error : corrupt('the database cannot be read', error);
    }
  }

  /** Number of the last acknowledged block; `undefined` before genesis. */
  get headNumber(): bigint | undefined {
    return this.#headNumber;
  }

  /** The last acknowledged block; `undefined` before genesis. Throws `NODE_STORE_CORRUPT`. */
  get head(): SealedBlock | undefined {
    if (this.#headNumber === undefined) return undefined;
    this.#head ??= this.#readBlock(this.#headNumber);
    return this.#head;
  }

  /**
   * Makes a block, its receipts and the state it leads to durable, in one synced batch: a crash before this resolves
   * leaves the block before or the whole block, never a part. Throws `NODE_WRITE_FAILED`; what is on disk is then
   * unknown until the store is opened again.
   */
  async commit({ block, receipts }: CommittedBlock): Promise<void> {
    const nodes = this.stateNodes.heldBack();
    try {
      await this.#database.batch(this.#writesOf({ block, receipts }, nodes), { sync: true });
      this.#note.write(block.header);
    } catch (cause) {
      throw new NodeError(
        'NODE_WRITE_FAILED',
        'a block could not be written; free the disk and start again',
        { cause },
      );
    }
    this.stateNodes.markCommitted(nodes);
    this.#headNumber = block.header.number;
    this.#head = block;
  }

  /** Throws `NODE_STORE_CORRUPT` for a block up to the head that is not there. */
  blockByNumber(number: bigint): SealedBlock | undefined {
    if (this.#headNumber === undefined || number > this.#headNumber) return undefined;
    return number === this.#headNumber ? this.head : this.#readBlock(number);
  }

  blockByHash(hash: Uint8Array): SealedBlock | undefined {
    const number = this.numberOfHash(hash);
    return number === undefined ? undefined : this.blockByNumber(number);
  }

  /** What the index of block hashes says. */
  numberOfHash(hash: Uint8Array): bigint | undefined {
    const number = this.#hashes.getSync(hash);
    return number === undefined ? undefined : readNumber(number);
  }

  /** Receipts of a stored block, in the order of its transactions. */
  receiptsOf(number: bigint): Receipt[] {
    const stored = this.#receipts.getSync(numberKey(number));
    if (stored === undefined) throw corrupt(`the receipts of block ${number} are missing`);
    // Written by commit as a list of byte strings.
    return (RLP.decode(stored) as Uint8Array[]).map(decodeReceipt);
  }

  /** Where a transaction of an acknowledged block stands. */
  placeOfTransaction(hash: Uint8Array): TransactionPlace | undefined {
    const stored = this.#transactions.getSync(hash);
    if (stored === undefined) return undefined;
    const blockNumber = readNumber(stored);
    // A batch can be read a moment before its sync ends; until then its block does not exist for anybody.
    if (this.#headNumber === undefined || blockNumber > this.#headNumber) return undefined;
    return { blockNumber, index: readIndex(stored) };
  }

  /** The log filter in the index; `undefined` for a block without logs. */
  bloomOfBlock(number: bigint): Uint8Array | undefined {
    return this.#blooms.getSync(numberKey(number));
  }

  /** Numbers and filters of the blocks with logs, first to last both included, in order. */
  async *bloomsBetween(first: bigint, last: bigint): AsyncIterable<{ number: bigint; bloom: Uint8Array }> {
    const iterator = this.#blooms.iterator({ gte: numberKey(first), lte: numberKey(last) });
    try {
      for (
        let rows = await iterator.nextv(RANGE_CHUNK);
        rows.length > 0;
        rows = await iterator.nextv(RANGE_CHUNK)
      ) {
        for (const [key, bloom] of rows) yield { number: readNumber(key), bloom };
      }
    } finally {
      await iterator.close();
    }
  }

  /** A node of the state as it is stored, unchecked. */
  storedNode(key: string): Uint8Array | undefined {
    return this.#nodes.getSync(key);
  }

  /** A block's row as it is stored, beyond the head too, unchecked. */
  blockRow(number: bigint): Uint8Array | undefined {
    return this.#blocks.getSync(numberKey(number));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#note[Symbol.dispose]();
    await this.#database.close();
  }

  #writesOf({ block, receipts }: CommittedBlock, nodes: readonly StateNodeWrite[]): Write[] {
    const number = numberKey(block.header.number);
    const writes: Write[] = [
      { type: 'put', sublevel: this.#blocks, key: number, value: encodeBlock(block) },
      { type: 'put', sublevel: this.#hashes, key: block.header.hash, value: number },
      { type: 'put', sublevel: this.#receipts, key: number, value: RLP.encode(receipts.map(encodeReceipt)) },
      ...block.transactions.map((transaction, index): Write => {
        const key = transactionHash(transaction, this.crypto);
        return { type: 'put', sublevel: this.#transactions, key, value: placeValue(number, index) };
      }),
      ...nodes.map(({ key, value }): Write => ({ type: 'put', sublevel: this.#nodes, key, value })),
      { type: 'put', sublevel: this.#meta, key: 'format', value: Uint8Array.of(FORMAT_VERSION) },
      { type: 'put', sublevel: this.#meta, key: 'head', value: number },
    ];
    if (receipts.some((receipt) => receipt.logs.length > 0)) {
      writes.push({ type: 'put', sublevel: this.#blooms, key: number, value: block.header.logsBloom });
    }
    return writes;
  }

  #readBlock(number: bigint): SealedBlock {
    const stored = this.#blocks.getSync(numberKey(number));
    if (stored === undefined) throw corrupt(`block ${number} is missing`);
    return decodeBlock(stored, this.crypto);
  }

  /** Sublevels open on their own a moment later, and synchronous reads would not wait. */
  async #openTables(): Promise<void> {
    const tables = [this.#blocks, this.#hashes, this.#receipts, this.#transactions, this.#blooms];
    await Promise.all([this.#meta, this.#nodes, ...tables].map((table) => table.open()));
  }

  #readHeadNumber(): void {
    const format = this.#meta.getSync('format');
    if (format === undefined) return;
    if (format[0] !== FORMAT_VERSION) {
      throw new NodeError(
        'NODE_STORE_VERSION',
        `storage format ${format[0]} is not ${FORMAT_VERSION}; use the version of this program that wrote the folder`,
      );
    }
    const stored = this.#meta.getSync('head');
    if (stored === undefined) throw corrupt('the head is missing');
    this.#headNumber = readNumber(stored);
  }
}

/** LevelDB would start a new database, and remove what is left of the old one, when its first file is gone. */
function requireDatabase(folder: string, noted: NotedBlock | undefined, mayCreate: boolean): void {
  const entry = statSync(databaseOf(folder), { throwIfNoEntry: false });
  // What is no folder cannot be opened, and opening says so.
  if (entry?.isDirectory() === false || existsSync(join(databaseOf(folder), 'CURRENT'))) return;
  if (noted !== undefined) {
    throw corrupt(`the database's file CURRENT is missing, although block ${noted.number} was acknowledged`);
  }
  if (!mayCreate) {
    throw new NodeError(
      'NODE_STORE_EMPTY',
      'there is no chain here; name the data folder of a node that has run',
    );
  }
}

function readNote(folder: string, crypto: LedgerCrypto): NotedBlock | undefined {
  try {
    return readHeadNote(noteFileOf(folder), crypto);
  } catch (cause) {
    throw unavailable(cause);
  }
}

function databaseOf(folder: string): string {
  return join(folder, 'chain');
}

function noteFileOf(folder: string): string {
  return join(folder, 'head-note');
}

// The type of a sublevel is spelled in a package that `level` does not pass on, so it is inferred here.
function openTable<Key>(database: Database, name: string, keyEncoding: 'utf8' | 'hex' | 'view') {
  return database.sublevel<Key, Uint8Array>(name, { keyEncoding, valueEncoding: 'view' });
}
