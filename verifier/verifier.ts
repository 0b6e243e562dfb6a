/**
 * A checkpoint's knowledge and its answers. The verifier owns a replica of the ledger, follows the status
 * lists that the ledger vouches for, and answers codes from both without asking anybody: what it is shown
 * causes no request. What it knows is written to `snapshot.hcls`, for `hcl verify` and for its own restart.
 *
 *   <data>/verifier/replica/        blocks with events (Level, `ledger/level-block-store.ts`)
 *   <data>/verifier/snapshot.hcls   ledger state and status lists (`core/trust/snapshot.ts`)
 *   <data>/verifier/checkpoint-log/ leaves of the checkpoint log, where bundles are published
 *
 * A start goes on from the snapshot and replays only the blocks after it, so it takes a time that hardly grows.
 *
 * When the ledger or an issuer is away, answers go on, and say how old their knowledge is.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LoggedState } from '../core/bundle/logged-state.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import { LedgerState } from '../core/trust/ledger-state.ts';
import type { CombinedVerdict } from '../core/verify/together.ts';
import type { Verdict } from '../core/verify/verdict.ts';
import { isStateOf, type BlockStore } from '../ledger/block-store.ts';
import { openLevelBlockStore, type LevelBlockStore } from '../ledger/level-block-store.ts';
import { Replica, type LedgerFold } from '../ledger/replica.ts';
import { makePrivateFolder } from '../service/files.ts';
import { LogFile } from '../service/log-file.ts';
import type { Log } from '../service/logging.ts';
import { readSnapshot, SnapshotWriter, type WriteOptions } from '../service/snapshot-file.ts';
import { CheckpointFiles } from './checkpoint-files.ts';
import type { VerifierConfig } from './config.ts';
import type { FetchJson } from './fetch-json.ts';
import { Gate, type GateContext, type ScanRequest } from './gate.ts';
import { openSightings } from './sightings.ts';
import { StatusFollower } from './status-follower.ts';

export interface VerifierDeps {
  readonly crypto: Crypto;
  readonly fetchJson: FetchJson;
  readonly log: Log;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

/** What routes see of a verifier. */
export interface Checkpoint extends Pick<
  Verifier,
  'verify' | 'verifyTogether' | 'files' | 'state' | 'confirmedAtSeconds' | 'isSynced' | 'onSync'
> {
  readonly follower: Pick<StatusFollower, 'lists' | 'failureOf'>;
}

export class Verifier implements AsyncDisposable {
  readonly #config: VerifierConfig;
  readonly #deps: VerifierDeps;
  readonly #store: LevelBlockStore;
  readonly #replica: Replica<LedgerFold>;
  readonly #state: LedgerState;
  /** Where bundles are published. */
  readonly #logged: LoggedState | undefined;
  readonly #follower: StatusFollower;
  /** What the operator says: policies and foreign signers. */
  readonly files: CheckpointFiles;
  readonly #gate: Gate;
  readonly #closing = new AbortController();
  readonly #snapshots: SnapshotWriter;
  #listener: (state: LedgerState) => void = () => undefined;
  /** Code of the failure that the ledger follower is in, for one log line a change. */
  #failing: string | undefined;
  #turn: Promise<void> = Promise.resolve();
  #polling: Promise<unknown> = Promise.resolve();

  private constructor(
    config: VerifierConfig,
    deps: VerifierDeps,
    parts: {
      readonly store: LevelBlockStore;
      readonly replica: Replica<LedgerFold>;
      readonly state: LedgerState;
      readonly logged: LoggedState | undefined;
      readonly follower: StatusFollower;
      readonly files: CheckpointFiles;
    },
  ) {
    this.#config = config;
    this.#deps = deps;
    this.#snapshots = new SnapshotWriter(config.dataFolder, deps.crypto);
    this.#store = parts.store;
    this.#replica = parts.replica;
    this.#state = parts.state;
    this.#logged = parts.logged;
    this.#follower = parts.follower;
    this.files = parts.files;
    const { crypto } = deps;
    const contextNow = (): GateContext => ({
      crypto,
      state: this.#state,
      statusLists: this.#follower.lists,
      nowSeconds: deps.nowSeconds(),
    });
    this.#gate = new Gate(parts.files, contextNow, openSightings(config, crypto));
  }

  /**
   * Opens the data folder and answers from what it holds, ledger or not; `follow` then keeps it up to date.
   * Throws what the store throws when another process holds it, and `PolicyError` for a policy that cannot be taken.
   */
  static async open(config: VerifierConfig, deps: VerifierDeps): Promise<Verifier> {
    await makePrivateFolder(config.dataFolder);
    await using opened = new AsyncDisposableStack();
    const store = opened.use(await openLevelBlockStore(join(config.dataFolder, 'replica')));
    const last = await readSnapshot(config.dataFolder, deps);
    const log = config.bundle && opened.use(await LogFile.open(join(config.dataFolder, 'checkpoint-log')));
    const isOurs = last !== undefined && (await isStateOf(store, last.state));
    // A state whose leaves are not logged is made again from the store, and the log with it.
    const isLogged = log?.goBackTo(isOurs ? last.state.lastChange.number : -1) ?? true;
    const state = isOurs && isLogged ? last.state : new LedgerState();
    const logged = log && new LoggedState(deps.crypto, state, log);
    const { rpcUrls, deployment } = config;
    const replica = opened.use(
      await Replica.open<LedgerFold>(
        { rpcUrls, deployment },
        { state: logged ?? state, store, now: deps.nowSeconds },
      ),
    );
    const files = await CheckpointFiles.open(config, { ...deps, known: () => state });
    const follower = new StatusFollower({ issuers: config.issuers, limits: config.manifestLimits }, deps);
    // Lists from our last snapshot pass the same check as lists from an issuer.
    if (last !== undefined) follower.restore(state, last.statusLists);
    opened.move();
    return new Verifier(config, deps, { store, replica, state, logged, follower, files });
  }

  get state(): LedgerState {
    return this.#state;
  }

  /** With its log, where bundles are published. */
  get logged(): LoggedState | undefined {
    return this.#logged;
  }

  /** What the ledger said, for workers that fold it too. */
  get blockStore(): BlockStore {
    return this.#store;
  }

  get follower(): StatusFollower {
    return this.#follower;
  }

  /** When the ledger last told us that there is nothing newer. */
  get confirmedAtSeconds(): number | undefined {
    return this.#replica.confirmedAtSeconds;
  }

  /** Whether the ledger has answered lately. */
  get isSynced(): boolean {
    const confirmedAt = this.#replica.confirmedAtSeconds;
    return confirmedAt !== undefined && this.#deps.nowSeconds() - confirmedAt <= this.#config.readySeconds;
  }

  /** The verdict on one code; asks nobody. Rejects only for a request that the checkpoint does not know. */
  verify(text: string, request: ScanRequest = {}): Promise<Verdict> {
    return this.#gate.verify(text, request);
  }

  /** One verdict on all codes of one person, likewise. */
  verifyTogether(texts: readonly string[], request: ScanRequest = {}): Promise<CombinedVerdict> {
    return this.#gate.verifyTogether(texts, request);
  }

  /** `listener` hears of the state now and after every sync. One listener: the metrics. */
  onSync(listener: (state: LedgerState) => void): void {
    this.#listener = listener;
    listener(this.#state);
  }

  /** Brings everything up to date, once, status lists included as far as they can be had. Throws `LedgerError`. */
  async sync(): Promise<void> {
    await this.#look();
    await this.#follower.settle();
    await this.#look();
  }

  /** Syncs now and then until disposed; failures are logged once and tried again. */
  follow(): void {
    this.#polling = Promise.all([this.#poll(), this.#watchFiles()]);
  }

  /** What is known now is in the snapshot when it resolves: workers start from there. */
  async writeSnapshot(): Promise<void> {
    await this.#writeSnapshot({ isLast: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#polling;
    await this.#turn;
    await this.#follower.settle();
    await this.#writeSnapshot({ isLast: true });
    await this.#replica[Symbol.asyncDispose]();
    this.#logged?.[Symbol.dispose]();
    await this.#store[Symbol.asyncDispose]();
  }

  async #poll(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#look();
        this.#report(undefined);
      } catch (error) {
        if (!signal.aborted) this.#report(error);
      }
      await delay(this.#config.pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #watchFiles(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await delay(this.#config.filesMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.files.look();
    }
  }

  /** Looks at the ledger once, starts what follows from it, and writes down what is new. One at a time. */
  #look(): Promise<void> {
    const turn = this.#turn.then(() => this.#lookNow());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #lookNow(): Promise<void> {
    await this.#replica.sync();
    this.#follower.follow(this.#state);
    await this.#writeSnapshot();
    this.#listener(this.#state);
  }

  #report(error: unknown): void {
    const { log } = this.#deps;
    const code = error === undefined ? undefined : error instanceof HclError ? error.code : 'UNKNOWN';
    if (code === this.#failing) return;
    this.#failing = code;
    if (code === undefined) log.info({}, 'following the ledger again');
    else log.warn({ code, err: error }, 'cannot follow the ledger; knowledge ages');
  }

  #writeSnapshot(options: WriteOptions = {}): Promise<void> {
    const snapshot = { state: this.#state, statusLists: this.#follower.lists };
    return this.#snapshots.write(snapshot, { ...options, before: () => this.#logged?.sync() });
  }
}
