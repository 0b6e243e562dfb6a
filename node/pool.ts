/**
 * Transactions that wait for a block: bounded, in memory, by sender and nonce. Nothing is replaced; what is here is
 * not durable, and a sender that saw no receipt before a restart sends again.
 *
 * Gas costs nothing, so nothing but these two rules keeps one permitted account from shutting out the others: blocks
 * take from the senders in turn, and when the pool is full whoever has most in it makes room.
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
  /** When a block last had a transaction of this sender, counted in blocks; 0 = never. */
  servedAt: number;
  readonly waiting: Map<bigint, Waiting>;
}

export class TransactionPool {
  readonly #capacity: number;
  readonly #accounts = new Map<string, Account>();
  readonly #byHash = new Map<string, Waiting>();
  #arrivals = 0;
  #blocks = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The sender's next nonce if the pool knows it; otherwise it must be told by {@link learnNonce}. */
  nextNonce(sender: string): bigint | undefined {
    return this.#accounts.get(sender)?.next;
  }

  /** Tells the pool a sender's nonce in the state; ignored for a sender that it already follows. */
  learnNonce(sender: string, next: bigint): void {
    if (this.#accounts.has(sender)) return;
    this.#accounts.set(sender, { next, missing: next, servedAt: 0, waiting: new Map() });
  }

  /** Nonce after the transactions of the sender that are ready, `undefined` for a sender that is not followed. */
  pendingNonce(sender: string): bigint | undefined {
    return this.#accounts.get(sender)?.missing;
  }

  /**
   * Adds a checked transaction whose sender is followed; throws in geth's words. Returns the one that had to make
   * room for it, if any.
   */
  add(pooled: PooledTransaction): PooledTransaction | undefined {
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
    const evicted = this.#byHash.size < this.#capacity ? undefined : this.#makeRoomFor(account);
    const waiting = { ...pooled, arrival: this.#arrivals++ };
    account.waiting.set(nonce, waiting);
    while (account.waiting.has(account.missing)) account.missing++;
    this.#byHash.set(pooled.hash, waiting);
    return evicted;
  }

  /** Takes out the last transaction of the sender that has most, but for one that would then be that sender. */
  #makeRoomFor(account: Account): Waiting {
    const accounts = [...this.#accounts.values()];
    const fullest = accounts.reduce((a, b) => (b.waiting.size > a.waiting.size ? b : a), account);
    if (fullest.waiting.size <= account.waiting.size + 1) throw refused('txpool is full');
    const last = [...fullest.waiting.values()].reduce((a, b) =>
      b.transaction.nonce > a.transaction.nonce ? b : a,
    );
    this.drop(last);
    return last;
  }

  find(hash: string): PooledTransaction | undefined {
    return this.#byHash.get(hash);
  }

  /** Whether the transaction waits here and nothing is missing before it. */
  isReady({ hash, sender, transaction }: PooledTransaction): boolean {
    const account = this.#accounts.get(sender);
    return account !== undefined && this.#byHash.has(hash) && transaction.nonce < account.missing;
  }

  /**
   * All that can be in the next block: the first of each sender, then the second of each and so on, each sender's in
   * nonce order. Whoever was served longest ago comes first, and of those whoever came first.
   */
  executable(): PooledTransaction[] {
    const queues = Array.from(this.#accounts.values(), (account) => ({ account, run: ready(account) }))
      .filter(({ run }) => run.length > 0)
      .sort((a, b) => a.account.servedAt - b.account.servedAt || arrivalOf(a.run) - arrivalOf(b.run))
      .map(({ run }) => run);
    const longest = Math.max(0, ...queues.map((run) => run.length));
    return Array.from({ length: longest }, (_, round) => queues.flatMap((run) => run[round] ?? [])).flat();
  }

  hasExecutable(): boolean {
    return Array.from(this.#accounts.values()).some(({ next, missing }) => next < missing);
  }

  /** Takes out transactions that are in a committed block, given in the block's order. */
  markSealed(pooled: Iterable<PooledTransaction>): void {
    this.#blocks++;
    for (const { hash, sender, transaction } of pooled) {
      this.#byHash.delete(hash);
      const account = this.#accounts.get(sender);
      if (account === undefined) continue;
      account.waiting.delete(transaction.nonce);
      account.next = transaction.nonce + 1n;
      account.servedAt = this.#blocks;
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

function arrivalOf(run: readonly Waiting[]): number {
  return run[0]?.arrival ?? 0;
}

function ready(account: Account): Waiting[] {
  const run: Waiting[] = [];
  for (let nonce = account.next; nonce < account.missing; nonce++) {
    const waiting = account.waiting.get(nonce);
    if (waiting !== undefined) run.push(waiting);
  }
  return run;
}
