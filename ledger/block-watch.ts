/**
 * Tells all who wait for a block that there is one: one small question for all of them, as long as somebody waits. Our
 * own node answers it when there is one (`hcl_waitForBlock`); any other is asked over and over.
 */
import { LedgerError } from './errors.ts';
import type { LedgerRpc } from './rpc.ts';
import { parseQuantity, toQuantity } from './rpc-values.ts';

/** May end sooner, by rejecting, when `signal` aborts. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<unknown>;

interface Waiting {
  readonly after: number;
  readonly resolve: () => void;
}

/** Where the node does not tell by itself, a block is seen so late. */
const PACE_MS = 15;
/** A node keeps one question so long; shorter than anybody's patience with a reply. */
const LONGEST_QUESTION_MS = 250;

export class BlockWatch {
  readonly #rpc: Pick<LedgerRpc, 'request'>;
  readonly #wait: Wait;
  readonly #waiting = new Set<Waiting>();
  #isWatching = false;
  /** Until the node has said that it does not know the question. */
  #isTelling = true;

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
      // Whoever waits looks for itself after a while.
      const head = await this.#askForHead().catch((error: unknown) => this.#noHead(error));
      const served = [...this.#waiting].filter(({ after }) => head > after);
      for (const waiting of served) {
        this.#waiting.delete(waiting);
        waiting.resolve();
      }
      // One that answers at once, whatever it is asked, is not asked without a pause either.
      const isKeeping = this.#isTelling && served.length > 0;
      if (!isKeeping && this.#waiting.size > 0) await this.#wait(PACE_MS);
    }
    this.#isWatching = false;
  }

  async #askForHead(): Promise<number> {
    const first = Math.min(...[...this.#waiting].map(({ after }) => after));
    const head = this.#isTelling
      ? this.#rpc.request('hcl_waitForBlock', [toQuantity(first), toQuantity(LONGEST_QUESTION_MS)])
      : this.#rpc.request('eth_blockNumber', []);
    return parseQuantity(await head, 'a block number');
  }

  #noHead(error: unknown): number {
    if (error instanceof LedgerError && error.code === 'LEDGER_RPC_REFUSED') this.#isTelling = false;
    return -1;
  }
}
