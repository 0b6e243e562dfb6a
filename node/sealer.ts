/**
 * Makes blocks: on demand when transactions wait, and empty ones as a heartbeat, so that block time moves on.
 *
 * One block at a time, always in this order: execute → seal → commit (synced) → acknowledge. A crash before the
 * commit leaves the block before; a crash after it leaves the block, whether or not anybody was told.
 */
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Allowlist } from './allowlist.ts';
import type { SealedBlock } from './block.ts';
import { BLOCK_GAS_LIMIT, type ChainRules } from './chain-rules.ts';
import type { ChainStore } from './chain-store.ts';
import { bloomOf } from './bloom.ts';
import type { BlockPosition, Execution, Executor } from './executor.ts';
import { sealHeader, type Header } from './header.ts';
import { orderedRoot } from './merkle-roots.ts';
import type { PooledTransaction, TransactionPool } from './pool.ts';
import { encodeReceipt } from './receipt.ts';

/** A block that took longer is followed by a rest as long as it took, in which callers are answered… */
const BUSY_MS = 50;
/** … but no longer than this. */
const LONGEST_REST_MS = 1_000;
/** How often a sealer whose clock has gone back looks at the clock again. */
const CLOCK_POLL_MS = 50;

export interface SealerOptions {
  readonly privateKey: Uint8Array;
  readonly sealIntervalMs: number;
  readonly heartbeatSeconds: number;
  readonly maxClockLeadSeconds: number;
}

export interface SealerDependencies {
  readonly rules: ChainRules;
  readonly store: ChainStore;
  readonly executor: Executor;
  readonly pool: TransactionPool;
  readonly allowlist: Allowlist;
  readonly nowSeconds: () => number;
  /** Told once when sealing has stopped because a block could not be made or written. */
  readonly onFailure: (error: unknown) => void;
}

export class Sealer {
  readonly #options: SealerOptions;
  readonly #dependencies: SealerDependencies;
  readonly #acknowledged = new Map<string, () => void>();
  readonly #stopping = new AbortController();
  /** The last of the jobs, which run one after the other. */
  #tail: Promise<void> = Promise.resolve();
  #isAwake = false;
  #restMs = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #failed = false;
  #sealed = Promise.withResolvers<undefined>();

  constructor(options: SealerOptions, dependencies: SealerDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#armHeartbeat();
  }

  /** False once a block could not be made: only a new start tells what is on disk. */
  get isSealing(): boolean {
    return !this.#failed && !this.#stopping.signal.aborted;
  }

  /** Resolves when the transaction is in a committed block, or is not on its way into one any more. */
  acknowledged(hash: string): Promise<void> {
    if (!this.isSealing || this.#dependencies.pool.find(hash) === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#acknowledged.set(hash, resolve));
  }

  /** Resolves when there is a block after the head, or none will come. */
  nextBlock(): Promise<unknown> {
    return this.isSealing ? this.#sealed.promise : Promise.resolve();
  }

  /** Tells whoever waits for a transaction that waiting is over: it is sealed, or not on its way any more. */
  release({ hash }: PooledTransaction): void {
    this.#acknowledged.get(hash)?.();
    this.#acknowledged.delete(hash);
  }

  /** Says that transactions wait. */
  wake(): void {
    if (this.#isAwake || !this.isSealing) return;
    this.#isAwake = true;
    void this.#sealSoon();
  }

  /** Number and time of a block that would be made now. */
  get nextPosition(): BlockPosition {
    const parent = headOf(this.#dependencies.store);
    return { number: parent.number + 1n, timestamp: this.#nextTimestamp(parent) };
  }

  /** Seals one block now, empty or not. */
  sealNow(): Promise<void> {
    return this.#enqueue(() => this.#sealOne('even empty'));
  }

  /** Finishes the block in hand and makes no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#heartbeat);
    await this.#tail;
    this.#releaseAll();
  }

  async #sealSoon(): Promise<void> {
    await this.#pause(Math.max(this.#options.sealIntervalMs, this.#restMs));
    await this.#untilClockAllows();
    await this.#enqueue(async () => {
      this.#isAwake = false;
      const startedAt = performance.now();
      await this.#sealOne('unless empty');
      const tookMs = performance.now() - startedAt;
      this.#restMs = tookMs < BUSY_MS ? 0 : Math.min(tookMs, LONGEST_REST_MS);
      if (this.#dependencies.pool.hasExecutable()) this.wake();
    });
  }

  async #sealOne(when: 'even empty' | 'unless empty'): Promise<void> {
    const { store, executor, pool } = this.#dependencies;
    const parent = headOf(store);
    const waiting = this.#permitted(pool.executable());
    const position = this.nextPosition;
    const execution = await executor.execute(
      parent.stateRoot,
      position,
      waiting.map(({ transaction }) => transaction),
    );
    const isMade = execution.included.length > 0 || when === 'even empty';
    if (isMade) {
      const block = await this.#assemble(parent, position.timestamp, execution);
      await store.commit({ block, receipts: execution.receipts });
      // The commit point is behind us: what follows only tells those who wait.
      this.#armHeartbeat();
    }
    this.#settle(waiting, execution);
    if (isMade) this.#tellOfBlock();
  }

  #tellOfBlock(): void {
    const sealed = this.#sealed;
    this.#sealed = Promise.withResolvers();
    sealed.resolve(undefined);
  }

  async #assemble(parent: Header, timestamp: bigint, execution: Execution): Promise<SealedBlock> {
    const { rules } = this.#dependencies;
    const transactions = execution.included.map((transaction) => transaction.serialize());
    const header = sealHeader(
      {
        parentHash: parent.hash,
        number: parent.number + 1n,
        timestamp,
        gasLimit: BLOCK_GAS_LIMIT,
        gasUsed: execution.gasUsed,
        stateRoot: execution.stateRoot,
        transactionsRoot: await orderedRoot(transactions, rules),
        receiptsRoot: await orderedRoot(execution.receipts.map(encodeReceipt), rules),
        logsBloom: bloomOf(
          execution.receipts.flatMap(({ logs }) => logs),
          rules.crypto,
        ),
      },
      this.#options.privateKey,
      rules,
    );
    return { header, transactions };
  }

  /** The allowlist may have changed since a transaction was let in. */
  #permitted(waiting: readonly PooledTransaction[]): PooledTransaction[] {
    const { allowlist, pool } = this.#dependencies;
    return waiting.filter((pooled) => {
      if (allowlist.permits(pooled.sender)) return true;
      pool.drop(pooled);
      this.release(pooled);
      return false;
    });
  }

  #settle(waiting: readonly PooledTransaction[], execution: Execution): void {
    const { pool } = this.#dependencies;
    const included = new Set(execution.included);
    const refused = new Set(execution.refused);
    pool.markSealed(waiting.filter(({ transaction }) => included.has(transaction)));
    for (const pooled of waiting) {
      // Without the first one, a sender's further refused ones lack a nonce before them: they stay and wait for it.
      if (refused.has(pooled.transaction) && pool.isReady(pooled)) pool.drop(pooled);
      if (!pool.isReady(pooled)) this.release(pooled);
    }
  }

  #enqueue(job: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(() => this.#guarded(job));
    return this.#tail;
  }

  /** After a failure the state on disk is unknown, so nothing is sealed until the node is opened again. */
  async #guarded(job: () => Promise<void>): Promise<void> {
    if (!this.isSealing) return;
    try {
      await job();
    } catch (error) {
      this.#failed = true;
      clearTimeout(this.#heartbeat);
      this.#dependencies.store.stateNodes.discard();
      this.#releaseAll();
      this.#dependencies.onFailure(error);
    }
  }

  #releaseAll(): void {
    for (const resolve of this.#acknowledged.values()) resolve();
    this.#acknowledged.clear();
    this.#tellOfBlock();
  }

  /**
   * The clock's second, or the block before's when the clock has gone back. Blocks of one second share its time:
   * with a period of 0, EIP-225 asks for no distance between two blocks.
   */
  #nextTimestamp(parent: Header): bigint {
    const now = BigInt(Math.floor(this.#dependencies.nowSeconds()));
    return now > parent.timestamp ? now : parent.timestamp;
  }

  async #untilClockAllows(): Promise<void> {
    while (!this.#stopping.signal.aborted && this.#leadSeconds() > this.#options.maxClockLeadSeconds) {
      await this.#pause(CLOCK_POLL_MS);
    }
  }

  #leadSeconds(): number {
    return Number(this.nextPosition.timestamp) - Math.floor(this.#dependencies.nowSeconds());
  }

  /** Even no pause lets requests in that arrived while a block was made; a long one ends when the node stops. */
  async #pause(milliseconds: number): Promise<void> {
    if (milliseconds === 0) await nextTurn();
    else await wait(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #armHeartbeat(): void {
    clearTimeout(this.#heartbeat);
    if (this.#options.heartbeatSeconds === 0 || !this.isSealing) return;
    this.#heartbeat = setTimeout(() => this.#beat(), this.#options.heartbeatSeconds * 1_000);
  }

  #beat(): void {
    if (this.#leadSeconds() > this.#options.maxClockLeadSeconds) {
      this.#armHeartbeat();
      return;
    }
    void this.sealNow();
  }
}

function headOf(store: ChainStore): Header {
  if (store.head === undefined) throw new TypeError('a store with a sealer has its genesis block');
  return store.head.header;
}
