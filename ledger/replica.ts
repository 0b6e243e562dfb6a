/**
 * A replica: the ledger's state, folded from finalised events that this process has confirmed itself
 * (`confirmed-blocks.ts`). It trusts the deployment file and no endpoint.
 *
 * At start it replays its store, without a network; then each `sync` reads on from there. What is read is
 * appended to the store first and folded second, so a crash between the two loses nothing. Nothing is taken
 * from an endpoint that serves another chain, disagrees with another endpoint about a finalised block, or
 * has left out a block we hold.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';
import { parseHeader, type BlockHeader } from './block-header.ts';
import { memoryBlockStore, type BlockStore, type ReplicaHead } from './block-store.ts';
import { confirmedRuns, type ConfirmedBlock, type ConfirmedRun } from './confirmed-blocks.ts';
import { decodeEvent } from './decode-event.ts';
import { checkDeployment, eventContracts, type Deployment } from './deployment.ts';
import { isRetryable, LedgerError } from './errors.ts';
import { LedgerRpc } from './rpc.ts';
import { toQuantity } from './rpc-values.ts';
import { checkSeal, signersOf } from './seal.ts';

/** What folds the blocks: `core/trust`'s LedgerState. Blocks come in order; those without events only move its head. */
export interface LedgerFold {
  apply(block: LedgerBlock): void;
}

export interface ReplicaOptions<State> {
  /** Endpoints in order of preference; each new head is compared with all others that know it. */
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  readonly timeoutMs?: number;
  /** Syncs by itself, this long after each sync; without it only `sync` reads. */
  readonly pollMs?: number;
  /** After blocks with events were folded. */
  readonly onChange?: (state: State, blocks: readonly LedgerBlock[]) => void;
  /** A sync by itself failed; the next one is tried all the same. */
  readonly onError?: (error: unknown) => void;
}

export interface ReplicaDependencies<State> {
  /** Empty: the replica fills it. */
  readonly state: State;
  readonly store?: BlockStore;
  /** Unix seconds. */
  readonly now?: () => number;
}

export interface SyncResult {
  /** Blocks read, both included; `fromBlock` is past `toBlock` when there was nothing new. */
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly events: number;
}

export class Replica<State extends LedgerFold> implements AsyncDisposable {
  readonly state: State;
  readonly #options: ReplicaOptions<State>;
  readonly #store: BlockStore;
  readonly #now: () => number;
  readonly #endpoints: readonly LedgerRpc[];
  readonly #addresses: readonly Hex[];
  /** Endpoints found to serve the deployment, with the chain's signers; forgotten when one fails. */
  readonly #checked = new Map<LedgerRpc, readonly Hex[]>();
  readonly #closing = new AbortController();
  #head: ReplicaHead;
  #confirmedAtSeconds: number | undefined;
  /** Why the state cannot be trusted any more: a block did not fit it. */
  #broken: Error | undefined;
  /** The sync under way; syncs run one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #polling: Promise<void> = Promise.resolve();

  private constructor(options: ReplicaOptions<State>, dependencies: ReplicaDependencies<State>) {
    const { rpcUrls, deployment, timeoutMs } = options;
    this.state = dependencies.state;
    this.#options = options;
    this.#store = dependencies.store ?? memoryBlockStore();
    this.#now = dependencies.now ?? (() => Math.floor(Date.now() / 1000));
    this.#endpoints = rpcUrls.map(
      (url) => new LedgerRpc({ url, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
    );
    this.#addresses = eventContracts(deployment);
    this.#head = { number: 0, hash: deployment.genesisHash, timeSeconds: 0 };
  }

  /** Replays the store; asks no endpoint, so it succeeds while the ledger is away. */
  static async open<State extends LedgerFold>(
    options: ReplicaOptions<State>,
    dependencies: ReplicaDependencies<State>,
  ): Promise<Replica<State>> {
    const replica = new Replica(options, dependencies);
    await replica.#replay();
    if (options.pollMs !== undefined) replica.#polling = replica.#poll(options.pollMs);
    return replica;
  }

  /** The last finalised block that was read. */
  get head(): ReplicaHead {
    return this.#head;
  }

  /** When an endpoint last confirmed that there is nothing newer, Unix seconds; `undefined` since the start. */
  get confirmedAtSeconds(): number | undefined {
    return this.#confirmedAtSeconds;
  }

  /**
   * Reads every finalised block that is not read yet.
   *
   * Throws any `LedgerError`: retryable ones were tried at every endpoint. State and head then stand at the
   * last block that was good. What the state throws at a block that does not fit is thrown for ever after.
   */
  async sync(): Promise<SyncResult> {
    const turn = this.#last.then(() => this.#syncFromAny());
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const rpc of this.#endpoints) rpc[Symbol.dispose]();
    await this.#polling;
    await this.#last;
  }

  async #replay(): Promise<void> {
    let last = this.#head.number;
    for await (const block of this.#store.blocks()) {
      this.state.apply(block);
      last = block.number;
    }
    const head = await this.#store.head();
    if (head === undefined) return;
    if (head.number > last) this.state.apply({ ...head, events: [] });
    this.#head = head;
  }

  async #poll(pollMs: number): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.sync();
      } catch (error) {
        if (!signal.aborted) this.#options.onError?.(error);
      }
      await delay(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #syncFromAny(): Promise<SyncResult> {
    if (this.#broken !== undefined) throw this.#broken;
    let failure: unknown = new LedgerError('LEDGER_UNREACHABLE', 'no endpoint is configured');
    for (const rpc of this.#endpoints) {
      try {
        return await this.#syncFrom(rpc);
      } catch (error) {
        this.#checked.delete(rpc);
        if (!isRetryable(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  async #syncFrom(rpc: LedgerRpc): Promise<SyncResult> {
    const fromBlock = this.#head.number + 1;
    const signers = await this.#signersAt(rpc);
    const finalised = parseHeader(await rpc.request('eth_getBlockByNumber', ['finalized', false]));
    this.#checkStillThere(finalised, signers);
    let events = 0;
    const read = { after: this.#head, to: finalised.number, addresses: this.#addresses, signers };
    for await (const run of confirmedRuns(rpc, read)) {
      await this.#compareEndpoints(rpc, run.last, signers);
      events += await this.#take(run);
    }
    if (finalised.number >= this.#head.number) this.#confirmedAtSeconds = this.#now();
    return { fromBlock, toBlock: this.#head.number, events };
  }

  async #signersAt(rpc: LedgerRpc): Promise<readonly Hex[]> {
    const known = this.#checked.get(rpc);
    if (known !== undefined) return known;
    const signers = signersOf(await checkDeployment(rpc, this.#options.deployment));
    this.#checked.set(rpc, signers);
    return signers;
  }

  #checkStillThere(finalised: BlockHeader, signers: readonly Hex[]): void {
    if (finalised.number === 0 || finalised.number !== this.#head.number) return;
    if (finalised.hash === this.#head.hash) return;
    if (signers.length > 0) checkSeal(finalised, signers);
    throw new LedgerError('LEDGER_REORGED', `block ${finalised.number} that we hold was replaced`);
  }

  /** Throws `LEDGER_SPLIT_VIEW` when another endpoint holds another block of this number. */
  async #compareEndpoints(source: LedgerRpc, header: BlockHeader, signers: readonly Hex[]): Promise<void> {
    for (const rpc of this.#endpoints) {
      if (rpc === source) continue;
      const other = await headerAt(rpc, header.number);
      if (other === undefined || other.hash === header.hash) continue;
      if (signers.length > 0) checkSeal(other, signers);
      throw new LedgerError(
        'LEDGER_SPLIT_VIEW',
        `endpoints disagree about block ${header.number}: ${header.hash} and ${other.hash}`,
      );
    }
  }

  /** Stores a run, then folds it; returns how many events it had. */
  async #take(run: ConfirmedRun): Promise<number> {
    const blocks = run.blocks.map(toLedgerBlock).filter((block) => block.events.length > 0);
    const head = { number: run.last.number, hash: run.last.hash, timeSeconds: run.last.timeSeconds };
    await this.#store.append(blocks, head); // commit point: a restart replays what is appended
    this.#fold(blocks, head);
    if (blocks.length > 0) this.#options.onChange?.(this.state, blocks);
    return blocks.reduce((sum, block) => sum + block.events.length, 0);
  }

  #fold(blocks: readonly LedgerBlock[], head: ReplicaHead): void {
    try {
      for (const block of blocks) this.state.apply(block);
      if (blocks.at(-1)?.number !== head.number) this.state.apply({ ...head, events: [] });
    } catch (cause) {
      this.#broken = cause instanceof Error ? cause : new Error('a block does not fit the state', { cause });
      throw this.#broken;
    }
    this.#head = head;
  }
}

function toLedgerBlock({ header, logs }: ConfirmedBlock): LedgerBlock {
  const events = logs.map(decodeEvent).filter((event) => event !== undefined);
  return { number: header.number, hash: header.hash, timeSeconds: header.timeSeconds, events };
}

/** A header from an endpoint that may be behind or away; `undefined` then. */
async function headerAt(rpc: LedgerRpc, number: number): Promise<BlockHeader | undefined> {
  try {
    const reply = await rpc.request('eth_getBlockByNumber', [toQuantity(number), false]);
    return reply === null ? undefined : parseHeader(reply);
  } catch (error) {
    if (isRetryable(error)) return undefined;
    throw error;
  }
}
