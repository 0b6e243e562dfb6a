/**
 * A replica: the ledger's state, folded from finalised events that this process has confirmed itself
 * (`confirmed-blocks.ts`). It trusts the deployment file and no endpoint.
 *
 * At start it replays its store, or what came after a snapshot of it, without a network; then each `sync` reads
 * on from there. What is read is appended to the store first and folded second, so a crash between the two loses
 * nothing. Nothing is taken from an endpoint that serves another chain, disagrees with another endpoint about a
 * finalised block, or has left out a block we hold. Nor can one of several keep anything back: what others have
 * beyond it is read from them. Chain id and genesis are compared at every sync, the code of the contracts at every
 * sync that finds another state root than the last one: without one, no code can have changed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';
import type { BlockHeader } from './block-header.ts';
import { isStateOf, memoryBlockStore, type BlockStore, type ReplicaHead } from './block-store.ts';
import { confirmedRuns, type ConfirmedBlock, type ConfirmedRun } from './confirmed-blocks.ts';
import { decodeEvent } from './decode-event.ts';
import { checkChain, checkCode, eventContracts, type Deployment } from './deployment.ts';
import { askForFinalised, checkSameHistory, Others, type Standing } from './endpoint-standing.ts';
import { isNoAnswer, isWordOfOne, LedgerError } from './errors.ts';
import { LedgerRpc } from './rpc.ts';
import { signersOf } from './seal.ts';

/** What folds the blocks: `core/trust`'s LedgerState. Blocks come in order; those without events only move its head. */
export interface LedgerFold {
  /** The last block folded in; absent, or with number -1, before the first. */
  readonly head?: ReplicaHead;
  /** The last one with events, likewise. */
  readonly lastChange?: ReplicaHead;
  apply(block: LedgerBlock): void;
}

export interface ReplicaOptions<State> {
  /** Endpoints in order of preference; the head is compared with all others that know it, at every sync. */
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
  /** Empty, or a snapshot of what was read into `store`: the replica reads on. */
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
  /** The state root that an endpoint had when it last held the contracts; forgotten when it fails. */
  readonly #checked = new Map<LedgerRpc, Hex>();
  #standings: ReadonlyMap<string, Standing> = new Map();
  readonly #closing = new AbortController();
  #head: ReplicaHead;
  /** Read from endpoints since the start. */
  #events = 0;
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

  /**
   * Replays the store; asks no endpoint, so it succeeds while the ledger is away.
   *
   * Throws `LEDGER_STORE_INVALID` when the state is neither empty nor made from this store (`isStateOf`).
   */
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

  /** By URL, what the endpoints that were not read from said of our head at the last sync. */
  get standings(): ReadonlyMap<string, Standing> {
    return this.#standings;
  }

  /**
   * Reads every finalised block that is not read yet.
   *
   * Throws any `LedgerError`: what is no answer was asked of every endpoint. State and head then stand at the
   * last block that was good. What the state throws at a block that does not fit is thrown for ever after.
   */
  async sync(): Promise<SyncResult> {
    const turn = this.#last.then(() => this.#syncFromAll());
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
    if (!(await isStateOf(this.#store, this.state))) {
      throw new LedgerError('LEDGER_STORE_INVALID', 'the state is not one of this store');
    }
    let last = this.state.head?.number ?? -1;
    for await (const block of this.#store.blocks(last)) {
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

  async #syncFromAll(): Promise<SyncResult> {
    if (this.#broken !== undefined) throw this.#broken;
    const fromBlock = this.#head.number + 1;
    const before = this.#events;
    const others = await this.#syncFromFirst();
    await this.#readBeyond(others);
    this.#standings = others.standings;
    return { fromBlock, toBlock: this.#head.number, events: this.#events - before };
  }

  /** From the first endpoint that gives what is good; returns the others. */
  async #syncFromFirst(): Promise<Others> {
    let failure: unknown = new LedgerError('LEDGER_UNREACHABLE', 'no endpoint is configured');
    for (const rpc of this.#endpoints) {
      try {
        return await this.#syncFrom(rpc);
      } catch (error) {
        this.#checked.delete(rpc);
        if (!isNoAnswer(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** What others have beyond the one that was read: that may be behind, or keep something back. */
  async #readBeyond(others: Others): Promise<void> {
    for (const rpc of others.able) {
      try {
        if ((await askForFinalised(rpc)).number > this.#head.number) await this.#syncFrom(rpc);
      } catch (error) {
        this.#checked.delete(rpc);
        if (!isWordOfOne(error)) throw error;
        others.noteFailure(rpc, error);
      }
    }
  }

  /** Reads all that an endpoint has; returns the others, compared with it. */
  async #syncFrom(rpc: LedgerRpc): Promise<Others> {
    const signers = signersOf(await checkChain(rpc, this.#options.deployment));
    const finalised = await askForFinalised(rpc);
    await this.#checkCode(rpc, finalised);
    await checkSameHistory(rpc, finalised, { head: this.#head, store: this.#store, signers });
    const others = new Others(
      this.#endpoints.filter((other) => other !== rpc),
      signers,
    );
    const isNews = finalised.number > this.#head.number;
    const read = { after: this.#head, to: finalised.number, addresses: this.#addresses, signers };
    for await (const run of confirmedRuns(rpc, read)) {
      await others.compare(run.last);
      await this.#take(run);
    }
    if (!isNews && finalised.number === this.#head.number) await others.compare(finalised);
    if (finalised.number >= this.#head.number) this.#confirmedAtSeconds = this.#now();
    return others;
  }

  async #checkCode(rpc: LedgerRpc, { number, stateRoot }: BlockHeader): Promise<void> {
    if (this.#checked.get(rpc) === stateRoot) return;
    await checkCode(rpc, this.#options.deployment, number);
    this.#checked.set(rpc, stateRoot);
  }

  /** Stores a run, then folds it. */
  async #take(run: ConfirmedRun): Promise<void> {
    const blocks = run.blocks.map(toLedgerBlock).filter((block) => block.events.length > 0);
    const head = { number: run.last.number, hash: run.last.hash, timeSeconds: run.last.timeSeconds };
    await this.#store.append(blocks, head); // commit point: a restart replays what is appended
    this.#fold(blocks, head);
    this.#events += blocks.reduce((sum, block) => sum + block.events.length, 0);
    if (blocks.length > 0) this.#options.onChange?.(this.state, blocks);
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
