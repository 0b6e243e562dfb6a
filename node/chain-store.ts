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
 * All numbers are big endian, so keys sort as blocks follow each other. A name that falls out of use stays listed.
 */
import { join } from 'node:path';
import { RLP } from '@ethereumjs/rlp';
import { bytesToUnprefixedHex, equalsBytes } from '@ethereumjs/util';
import { Level, type BatchOperation } from 'level';
import { decodeBlock, encodeBlock, transactionHash, type SealedBlock } from './block.ts';
import type { ChainRules } from './chain-rules.ts';
import { recoverSealer } from './header.ts';
import { NodeError } from './node-errors.ts';
import { decodeReceipt, encodeReceipt, type Receipt } from './receipt.ts';
import { StateNodes } from './state-nodes.ts';

type Database = Level<Uint8Array, Uint8Array>;
type Table<Key> = ReturnType<typeof openTable<Key>>;
type Write = BatchOperation<Database, Uint8Array | string, Uint8Array>;

const FORMAT_VERSION = 1;
/** LevelDB's log holds the newest writes, and damage there drops single records: the last blocks are looked at. */
const CHECKED_AT_OPEN = 64n;
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024;
const RANGE_CHUNK = 1_000;
const RESTORE = 'restore the folder from a backup, or check it with fsck to see how far it is good';

export interface TransactionPlace {
  readonly blockNumber: bigint;
  readonly index: number;
}

export interface CommittedBlock {
  readonly block: SealedBlock;
  readonly receipts: readonly Receipt[];
}

export class ChainStore implements AsyncDisposable {
  readonly stateNodes: StateNodes;
  readonly #rules: ChainRules;
  readonly #database: Database;
  readonly #meta: Table<string>;
  readonly #blocks: Table<Uint8Array>;
  readonly #hashes: Table<Uint8Array>;
  readonly #receipts: Table<Uint8Array>;
  readonly #transactions: Table<Uint8Array>;
  readonly #blooms: Table<Uint8Array>;
  readonly #nodes: Table<string>;
  #head: SealedBlock | undefined;

  private constructor(database: Database, rules: ChainRules) {
    this.#database = database;
    this.#rules = rules;
    this.#meta = openTable<string>(database, 'meta', 'utf8');
    this.#blocks = openTable<Uint8Array>(database, 'block', 'view');
    this.#hashes = openTable<Uint8Array>(database, 'hash', 'view');
    this.#receipts = openTable<Uint8Array>(database, 'rcpt', 'view');
    this.#transactions = openTable<Uint8Array>(database, 'tx', 'view');
    this.#blooms = openTable<Uint8Array>(database, 'bloom', 'view');
    this.#nodes = openTable<string>(database, 'node', 'hex');
    this.stateNodes = new StateNodes((key) => this.#nodes.getSync(key));
  }

  /**
   * Opens the database below `folder`. Throws `NODE_FOLDER_LOCKED`, `NODE_STORE_UNAVAILABLE`,
   * `NODE_STORE_CORRUPT` or `NODE_STORE_VERSION`.
   * A new one has no head until the genesis block is committed.
   */
  static async open(folder: string, rules: ChainRules): Promise<ChainStore> {
    const store = new ChainStore(await openDatabase(join(folder, 'chain')), rules);
    try {
      await store.#openTables();
      store.#readHead();
      return store;
    } catch (error) {
      await store.#database.close();
      throw error instanceof NodeError ? error : corrupt('the newest blocks cannot be read', error);
    }
  }

  /** The last acknowledged block; `undefined` before genesis. */
  get head(): SealedBlock | undefined {
    return this.#head;
  }

  /**
   * Makes a block, its receipts and the state it leads to durable, in one synced batch: a crash before this resolves
   * leaves the block before or the whole block, never a part. Throws `NODE_WRITE_FAILED`; what is on disk is then
   * unknown until the store is opened again.
   */
  async commit({ block, receipts }: CommittedBlock): Promise<void> {
    const number = numberKey(block.header.number);
    const writes: Write[] = [
      { type: 'put', sublevel: this.#blocks, key: number, value: encodeBlock(block) },
      { type: 'put', sublevel: this.#hashes, key: block.header.hash, value: number },
      { type: 'put', sublevel: this.#receipts, key: number, value: RLP.encode(receipts.map(encodeReceipt)) },
      ...block.transactions.map((transaction, index): Write => {
        const key = transactionHash(transaction, this.#rules.crypto);
        return { type: 'put', sublevel: this.#transactions, key, value: placeValue(number, index) };
      }),
      ...this.stateNodes
        .heldBack()
        .map(({ key, value }): Write => ({ type: 'put', sublevel: this.#nodes, key, value })),
      { type: 'put', sublevel: this.#meta, key: 'format', value: Uint8Array.of(FORMAT_VERSION) },
      { type: 'put', sublevel: this.#meta, key: 'head', value: number },
    ];
    if (receipts.some((receipt) => receipt.logs.length > 0)) {
      writes.push({ type: 'put', sublevel: this.#blooms, key: number, value: block.header.logsBloom });
    }
    try {
      await this.#database.batch(writes, { sync: true });
    } catch (cause) {
      throw new NodeError(
        'NODE_WRITE_FAILED',
        'a block could not be written; free the disk and start again',
        { cause },
      );
    }
    this.stateNodes.markCommitted();
    this.#head = block;
  }

  blockByNumber(number: bigint): SealedBlock | undefined {
    if (this.#head === undefined || number > this.#head.header.number) return undefined;
    if (number === this.#head.header.number) return this.#head;
    const stored = this.#blocks.getSync(numberKey(number));
    if (stored === undefined) throw corrupt(`block ${number} is missing`);
    return decodeBlock(stored, this.#rules.crypto);
  }

  blockByHash(hash: Uint8Array): SealedBlock | undefined {
    const number = this.#hashes.getSync(hash);
    return number === undefined ? undefined : this.blockByNumber(readNumber(number));
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
    if (this.#head === undefined || blockNumber > this.#head.header.number) return undefined;
    return { blockNumber, index: readIndex(stored) };
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close();
  }

  /** Sublevels open on their own a moment later, and synchronous reads would not wait. */
  async #openTables(): Promise<void> {
    const tables = [this.#blocks, this.#hashes, this.#receipts, this.#transactions, this.#blooms];
    await Promise.all([this.#meta, this.#nodes, ...tables].map((table) => table.open()));
  }

  #readHead(): void {
    const format = this.#meta.getSync('format');
    if (format === undefined) return;
    if (format[0] !== FORMAT_VERSION) {
      throw new NodeError('NODE_STORE_VERSION', `storage format ${format[0]} is not ${FORMAT_VERSION}`);
    }
    const stored = this.#meta.getSync('head');
    if (stored === undefined) throw corrupt('the head is missing');
    this.#head = this.#readLinked(readNumber(stored));
    if (!this.stateNodes.has(bytesToUnprefixedHex(this.#head.header.stateRoot))) {
      throw corrupt(`the state of block ${this.#head.header.number} is missing`);
    }
  }

  /** Reads the newest blocks and checks that they follow each other and are sealed; answers the newest. */
  #readLinked(head: bigint): SealedBlock {
    const newest = this.#readChecked(head);
    let child = newest;
    for (let number = head - 1n; number >= 0n && head - number < CHECKED_AT_OPEN; number--) {
      const parent = this.#readChecked(number);
      if (!equalsBytes(parent.header.hash, child.header.parentHash)) {
        throw corrupt(`block ${child.header.number} does not follow the block before it`);
      }
      child = parent;
    }
    return newest;
  }

  #readChecked(number: bigint): SealedBlock {
    const stored = this.#blocks.getSync(numberKey(number));
    if (stored === undefined) throw corrupt(`block ${number} is missing`);
    const block = decodeBlock(stored, this.#rules.crypto);
    if (block.header.number !== number) throw corrupt(`block ${number} has another number`);
    if (number > 0n && recoverSealer(block.header, this.#rules.crypto) === undefined) {
      throw corrupt(`block ${number} has no readable seal`);
    }
    if (this.#receipts.getSync(numberKey(number)) === undefined) {
      throw corrupt(`the receipts of block ${number} are missing`);
    }
    return block;
  }
}

// The type of a sublevel is spelled in a package that `level` does not pass on, so it is inferred here.
function openTable<Key>(database: Database, name: string, keyEncoding: 'utf8' | 'hex' | 'view') {
  return database.sublevel<Key, Uint8Array>(name, { keyEncoding, valueEncoding: 'view' });
}

async function openDatabase(location: string): Promise<Database> {
  const database: Database = new Level(location, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    writeBufferSize: WRITE_BUFFER_BYTES,
  });
  try {
    await database.open();
    return database;
  } catch (error) {
    throw openFailure(error);
  }
}

function openFailure(cause: unknown): NodeError {
  switch (levelCode(cause)) {
    case 'LEVEL_LOCKED':
      return new NodeError('NODE_FOLDER_LOCKED', 'the data folder is in use by another node', { cause });
    case 'LEVEL_CORRUPTION':
      return corrupt('the database is damaged', cause);
    default:
      return new NodeError(
        'NODE_STORE_UNAVAILABLE',
        'the database does not open; check that the folder may be written and that the disk has space',
        { cause },
      );
  }
}

/** Level wraps the reason why a database did not open. */
function levelCode(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

function corrupt(what: string, cause?: unknown): NodeError {
  return new NodeError('NODE_STORE_CORRUPT', `${what}; ${RESTORE}`, { cause });
}

function numberKey(number: bigint): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, number);
  return key;
}

function readNumber(stored: Uint8Array): bigint {
  return new DataView(stored.buffer, stored.byteOffset, stored.byteLength).getBigUint64(0);
}

/** The second part of a `tx` row. */
function readIndex(stored: Uint8Array): number {
  return new DataView(stored.buffer, stored.byteOffset, stored.byteLength).getUint32(8);
}

function placeValue(number: Uint8Array, index: number): Uint8Array {
  const value = new Uint8Array(12);
  value.set(number, 0);
  new DataView(value.buffer).setUint32(8, index);
  return value;
}
