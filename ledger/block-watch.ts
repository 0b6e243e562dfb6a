/** Tells all who wait for a block that there is one: one small question for all of them, as long as somebody waits. */
import type { LedgerRpc } from './rpc.ts';
import { parseQuantity } from './rpc-values.ts';

/** May end sooner, by rejecting, when `signal` aborts. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<unknown>;

interface Waiting {
  readonly after: number;
  readonly resolve: () => void;
}

/** A block is seen so late, and what a node takes to answer. */
const PACE_MS = 15;

export class BlockWatch {
  readonly #rpc: Pick<LedgerRpc, 'request'>;
  readonly #wait: Wait;
  readonly #waiting = new Set<Waiting>();
  #isWatching = false;

  constructor(rpc: Pick<LedgerRpc, 'request'>, wait: Wait) {
    this.#rpc = rpc;
    this.#wait = wait;
  }

  /** Resolves once the node has a block after `number`, or `longestMs` are over, also where it does not answer. */
  async after(number: number, longestMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = { after: number, resolve };
    this.#waiting.add(waiting);
    if (!this.#isWatching) void this.#watch();
    const over = new AbortController();
    await Promise.race([promise, this.#wait(longestMs, over.signal).catch(() => undefined)]);
    // No timer is left behind, to keep a process that has nothing more to do.
    over.abort();
    this.#waiting.delete(waiting);
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    while (this.#waiting.size > 0) {
      await this.#wait(PACE_MS);
      if (this.#waiting.size > 0) await this.#look();
    }
    this.#isWatching = false;
  }

  async #look(): Promise<void> {
    try {
      const head = parseQuantity(await this.#rpc.request('eth_blockNumber', []), 'a block number');
      for (const { after, resolve } of this.#waiting) if (head > after) resolve();
    } catch {
      // Whoever waits looks for itself after a while.
    }
  }
}
