/**
 * Transactions that wait for a block: bounded, in memory, by sender and nonce. Nothing is replaced; what is here is
 * not durable, and a sender that saw no receipt before a restart sends again.
 */
import type { TypedTransaction } from '@ethereumjs/tx';
import { refused } from './rpc/errors.ts';

/** How far a nonce may lie beyond the next one. */
const MAX_NONCE_GAP = 1_024n;

export interface PooledTransaction {
  readonly transaction: TypedTransaction;
  /** Lower-case hex. */
  readonly hash: string;
  /** Lower-case hex address. */
  readonly sender: string;
}

interface Waiting extends PooledTransaction {
  readonly arrival: number;
}

interface Account {
  /** Nonce of the next transaction of this sender that can be in a block. */
  next: bigint;
  /** Nonce of the first transaction that is missing: those from `next` up to it are ready. */
  missing: bigint;
  readonly waiting: Map<bigint, Waiting>;
}

export class TransactionPool {
  readonly #capacity: number;
  readonly #accounts = new Map<string, Account>();
  readonly #byHash = new Map<string, Waiting>();
  #arrivals = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The sender's next nonce if the pool knows it; otherwise it must be told by {@link learnNonce}. */
  nextNonce(sender: string): bigint | undefined {
    return this.#accounts.get(sender)?.next;
  }

  /** Tells the pool a sender's nonce in the state; ignored for a sender that it already follows. */
  learnNonce(sender: string, next: bigint): void {
    if (!this.#accounts.has(sender)) this.#accounts.set(sender, { next, missing: next, waiting: new Map() });
  }

  /** Nonce after the transactions of the sender that are ready, `undefined` for a sender that is not followed. */
  pendingNonce(sender: string): bigint | undefined {
    return this.#accounts.get(sender)?.missing;
  }

  /** Adds a checked transaction whose sender is followed; throws in geth's words. */
  add(pooled: PooledTransaction): void {
    const account = this.#accounts.get(pooled.sender);
    if (account === undefined) throw new TypeError('learnNonce comes first');
    const { nonce } = pooled.transaction;
    if (this.#byHash.has(pooled.hash)) throw refused('already known');
    if (nonce < account.next) {
      throw refused(`nonce too low: next nonce ${account.next}, tx nonce ${nonce}`);
    }
    if (account.waiting.has(nonce)) throw refused('replacement transaction underpriced');
    if (nonce > account.next + MAX_NONCE_GAP) {
      throw refused(`nonce too high: next nonce ${account.next}, tx nonce ${nonce}`);
    }
    if (this.#byHash.size >= this.#capacity) throw refused('txpool is full');
    const waiting = { ...pooled, arrival: this.#arrivals++ };
    account.waiting.set(nonce, waiting);
    while (account.waiting.has(account.missing)) account.missing++;
    this.#byHash.set(pooled.hash, waiting);
  }

  find(hash: string): PooledTransaction | undefined {
    return this.#byHash.get(hash);
  }

  /** Whether the transaction waits here and nothing is missing before it. */
  isReady({ hash, sender, transaction }: PooledTransaction): boolean {
    const account = this.#accounts.get(sender);
    return account !== undefined && this.#byHash.has(hash) && transaction.nonce < account.missing;
  }

  /** All that can be in the next block: each sender's in nonce order, and otherwise first come first served. */
  executable(): PooledTransaction[] {
    const ordered: { pooled: Waiting; turn: number }[] = [];
    for (const account of this.#accounts.values()) {
      let turn = -1;
      for (const pooled of ready(account)) {
        turn = Math.max(turn, pooled.arrival);
        ordered.push({ pooled, turn });
      }
    }
    // Array.prototype.sort is stable, so equal turns (one sender's) keep their nonce order.
    return ordered.sort((a, b) => a.turn - b.turn).map(({ pooled }) => pooled);
  }

  hasExecutable(): boolean {
    return Array.from(this.#accounts.values()).some(({ next, missing }) => next < missing);
  }

  /** Takes out transactions that are in a committed block, given in the block's order. */
  markSealed(pooled: Iterable<PooledTransaction>): void {
    for (const { hash, sender, transaction } of pooled) {
      this.#byHash.delete(hash);
      const account = this.#accounts.get(sender);
      if (account === undefined) continue;
      account.waiting.delete(transaction.nonce);
      account.next = transaction.nonce + 1n;
    }
  }

  /** Takes out a transaction that will never be in a block. */
  drop({ hash, sender, transaction }: PooledTransaction): void {
    this.#byHash.delete(hash);
    const account = this.#accounts.get(sender);
    if (account === undefined) return;
    account.waiting.delete(transaction.nonce);
    if (transaction.nonce < account.missing) account.missing = transaction.nonce;
  }
}

function ready(account: Account): Waiting[] {
  const run: Waiting[] = [];
  for (let nonce = account.next; nonce < account.missing; nonce++) {
    const waiting = account.waiting.get(nonce);
    if (waiting !== undefined) run.push(waiting);
  }
  return run;
}
