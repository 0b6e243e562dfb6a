/**
 * The witness's own word on what a log holds: a replica of its own, folded from blocks that it has confirmed itself, makes
 * the log that everybody must have. A checkpoint's root is over all its leaves (block number, hash, time, state root), so
 * one comparison of roots compares every leaf, those before the last signature too.
 *
 *   <folder>/replica/        blocks with events (Level)
 *   <folder>/snapshot.hcls   what was folded of them: a start goes on from there
 *   <folder>/log/            the log
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Checkpoint } from '../../core/bundle/checkpoint.ts';
import { LoggedState } from '../../core/bundle/logged-state.ts';
import { equalBytes } from '../../core/bytes/equal.ts';
import type { Crypto } from '../../core/crypto.ts';
import { HclError } from '../../core/errors.ts';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { isStateOf } from '../../ledger/block-store.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { openLevelBlockStore } from '../../ledger/level-block-store.ts';
import { Replica } from '../../ledger/replica.ts';
import { makePrivateFolder } from '../../service/files.ts';
import { LogFile } from '../../service/log-file.ts';
import type { Log } from '../../service/logging.ts';
import { readSnapshot, SnapshotWriter } from '../../service/snapshot-file.ts';

/** How a checkpoint compares: `behind` when we have not read that far. */
export type Comparison = 'same' | 'other' | 'behind';

export interface OwnLogOptions {
  /** One process owns it. */
  readonly folder: string;
  readonly deployment: Deployment;
  readonly rpcUrls: readonly string[];
  /** Between two looks at the ledger. */
  readonly pollMs?: number;
  /** How long a checkpoint waits for blocks that we have not read. */
  readonly waitMs?: number;
}

export interface OwnLogDeps {
  readonly crypto: Crypto;
  readonly log: Log;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

const POLL_MS = 1000;
/** Publishers wait for ten seconds. */
const WAIT_MS = 5000;

export class OwnLog implements AsyncDisposable {
  readonly #replica: Replica<LoggedState>;
  readonly #snapshots: SnapshotWriter;
  readonly #waitMs: number;
  /** What is open beside the replica. */
  readonly #opened: AsyncDisposableStack;
  readonly #closing = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  #polling: Promise<void> = Promise.resolve();

  private constructor(
    replica: Replica<LoggedState>,
    snapshots: SnapshotWriter,
    { opened, waitMs }: { readonly opened: AsyncDisposableStack; readonly waitMs: number },
  ) {
    this.#replica = replica;
    this.#snapshots = snapshots;
    this.#waitMs = waitMs;
    this.#opened = opened;
  }

  /** Folds what was read before, asks nobody yet. Throws what the stores throw when another process holds the folder. */
  static async open(options: OwnLogOptions, { crypto, log, nowSeconds }: OwnLogDeps): Promise<OwnLog> {
    const { deployment, folder, pollMs = POLL_MS, rpcUrls, waitMs = WAIT_MS } = options;
    await makePrivateFolder(folder);
    await using opened = new AsyncDisposableStack();
    const store = opened.use(await openLevelBlockStore(join(folder, 'replica')));
    const last = await readSnapshot(folder, { crypto, log });
    const isOurs = last !== undefined && (await isStateOf(store, last.state));
    const file = await LogFile.open(join(folder, 'log'));
    // A state whose leaves are not all logged is made again from the store, and the log with it.
    const isLogged = file.goBackTo(isOurs ? last.state.lastChange.number : -1);
    const ledger = isOurs && isLogged ? last.state : new LedgerState();
    const state = opened.use(new LoggedState(crypto, ledger, file));
    const replica = await Replica.open<LoggedState>(
      { deployment, rpcUrls },
      { state, store, now: nowSeconds },
    );
    const snapshots = new SnapshotWriter(folder, crypto);
    const own = new OwnLog(replica, snapshots, { opened: opened.move(), waitMs });
    own.#polling = own.#poll(pollMs, reporter(log));
    return own;
  }

  /** Resolves once it has read as far as `size`; when it is behind it looks at the ledger once more, and not for long. */
  async reach(size: number): Promise<void> {
    if (size <= this.#replica.state.log.size) return;
    const giveUp = new AbortController();
    const synced = this.#look().catch(() => undefined); // told by the polls
    await Promise.race([
      synced,
      delay(this.#waitMs, undefined, { signal: giveUp.signal }).catch(() => undefined),
    ]);
    giveUp.abort();
  }

  /** With what it has read. */
  compare({ size, root }: Checkpoint): Comparison {
    const { log } = this.#replica.state;
    if (size > log.size) return 'behind';
    return equalBytes(log.rootAt(size), root) ? 'same' : 'other';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#replica[Symbol.asyncDispose]();
    await this.#polling;
    await this.#turn;
    try {
      await this.#writeSnapshot(true);
    } finally {
      await this.#opened.disposeAsync();
    }
  }

  async #poll(pollMs: number, report: (error: unknown) => void): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const failure: unknown = await this.#look().catch((error: unknown) => error);
      if (!signal.aborted) report(failure);
      await delay(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads on, and writes down what is new. One at a time: what is being written stays as it is. */
  #look(): Promise<void> {
    const turn = this.#turn.then(() => this.#lookNow());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #lookNow(): Promise<void> {
    await this.#replica.sync();
    await this.#writeSnapshot(false);
  }

  #writeSnapshot(isLast: boolean): Promise<void> {
    const { state } = this.#replica;
    const snapshot = { state: state.ledger, statusLists: StatusLists.empty };
    return this.#snapshots.write(snapshot, { isLast, before: () => state.sync() });
  }
}

/** Once for each change of what is wrong. */
function reporter(log: Log): (error: unknown) => void {
  let failing: string | undefined;
  return (err) => {
    const code = err === undefined ? undefined : err instanceof HclError ? err.code : 'UNKNOWN';
    if (code === failing) return;
    failing = code;
    if (code === undefined) log.info({}, 'following the ledger again');
    else log.warn({ code, err }, 'cannot follow the ledger; what is newer is not cosigned');
  };
}
