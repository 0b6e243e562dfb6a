/**
 * The nodes of the state trie and contract code, as EthereumJS' key-value port, with writes held back until the
 * block they belong to is committed.
 *
 * Keys are what EthereumJS makes them, unprefixed hex of keccak256(node), or of "c" ‖ keccak256(code). A value is fixed by
 * its key, so cached values never go stale, nothing is ever deleted, and readers may look at held-back nodes. Only who
 * executes a block writes here; whoever runs something else has `ScratchNodes`.
 */
import { bytesToUnprefixedHex, KECCAK256_RLP, type BatchDBOp, type DB } from '@ethereumjs/util';
import { corrupt } from './database.ts';
import type { LedgerCrypto } from './native-crypto.ts';

/** Root of the trie that holds nothing; it is looked up like any other and stored nowhere. */
const EMPTY_TRIE_ROOT = bytesToUnprefixedHex(KECCAK256_RLP);
/** Of a key; what stands before them is the prefix of code. */
const HASH_DIGITS = 64;
/** Committed nodes kept in memory; at about 300 bytes a node this is some 10 MB. */
const CACHED_NODES = 32_768;

export interface StateNodeWrite {
  readonly key: string;
  readonly value: Uint8Array;
}

export class StateNodes implements DB<string, string | Uint8Array> {
  readonly #read: (key: string) => Uint8Array | undefined;
  readonly #crypto: Pick<LedgerCrypto, 'keccak256'>;
  readonly #committed = new Map<string, Uint8Array>();
  readonly #heldBack = new Map<string, Uint8Array>();

  /** `read` looks a committed node up; what it gives is believed only if it hashes to its key. */
  constructor(read: (key: string) => Uint8Array | undefined, crypto: Pick<LedgerCrypto, 'keccak256'>) {
    this.#read = read;
    this.#crypto = crypto;
  }

  /** What the next commit has to write. */
  heldBack(): StateNodeWrite[] {
    return Array.from(this.#heldBack, ([key, value]) => ({ key, value }));
  }

  /** These of the held-back writes are on disk. Another that came meanwhile is not: the next commit writes it. */
  markCommitted(writes: readonly StateNodeWrite[]): void {
    for (const { key, value } of writes) {
      this.#remember(key, value);
      this.#heldBack.delete(key);
    }
  }

  /** The held-back writes are not wanted. */
  discard(): void {
    this.#heldBack.clear();
  }

  has(key: string): boolean {
    return key === EMPTY_TRIE_ROOT || this.#find(key) !== undefined;
  }

  /** Throws `NODE_STORE_CORRUPT` when the node is missing: EthereumJS would take that for an empty account. */
  async get(key: string): Promise<Uint8Array | undefined> {
    if (key === EMPTY_TRIE_ROOT) return undefined;
    const value = this.#find(key);
    if (value === undefined) throw corrupt(`the state node ${key} is missing`);
    return value;
  }

  async put(key: string, value: string | Uint8Array): Promise<void> {
    // Nodes that were only read come back as writes from EthereumJS' checkpoints.
    if (this.#committed.has(key)) return;
    if (typeof value === 'string') throw new TypeError('state nodes are bytes');
    this.#heldBack.set(key, value);
  }

  async del(_key: string): Promise<void> {
    // History keeps every state, so that calls at past blocks can be answered.
  }

  async batch(operations: BatchDBOp<string, string | Uint8Array>[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === 'put') await this.put(operation.key, operation.value);
    }
  }

  shallowCopy(): StateNodes {
    return this;
  }

  async open(): Promise<void> {
    // The store that owns these nodes opens its database.
  }

  #find(key: string): Uint8Array | undefined {
    const inMemory = this.#heldBack.get(key) ?? this.#committed.get(key);
    if (inMemory !== undefined) return inMemory;
    const stored = this.#readCommitted(key);
    if (stored !== undefined) this.#remember(key, stored);
    return stored;
  }

  /** Neither a failed read nor a damaged node may pass for a transaction's own fault. */
  #readCommitted(key: string): Uint8Array | undefined {
    let stored: Uint8Array | undefined;
    try {
      stored = this.#read(key);
    } catch (cause) {
      throw corrupt(`the state node ${key} cannot be read`, cause);
    }
    if (
      stored !== undefined &&
      bytesToUnprefixedHex(this.#crypto.keccak256(stored)) !== key.slice(-HASH_DIGITS)
    ) {
      throw corrupt(`the state node ${key} is damaged`);
    }
    return stored;
  }

  #remember(key: string, value: Uint8Array): void {
    this.#committed.set(key, value);
    if (this.#committed.size <= CACHED_NODES) return;
    const oldest = this.#committed.keys().next();
    if (!oldest.done) this.#committed.delete(oldest.value);
  }
}
