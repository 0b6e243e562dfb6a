/**
 * The witness's own word on what a log holds: a replica of its own, folded from blocks that it has confirmed itself, makes
 * the log that everybody must have. A checkpoint's root is over all its leaves (block number, hash, time, state root), so
 * one comparison of roots compares every leaf, those before the last signature too.
 *
 *   <folder>/replica/   blocks with events (Level)
 *   <folder>/log/       the log, made anew from them at every start
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Checkpoint } from '../../core/bundle/checkpoint.ts';
import { LoggedState } from '../../core/bundle/logged-state.ts';
import { equalBytes } from '../../core/bytes/equal.ts';
import type { Crypto } from '../../core/crypto.ts';
import { HclError } from '../../core/errors.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { openLevelBlockStore } from '../../ledger/level-block-store.ts';
import { Replica } from '../../ledger/replica.ts';
import { makePrivateFolder } from '../../service/files.ts';
import { LogFile } from '../../service/log-file.ts';
import type { Log } from '../../service/logging.ts';

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
  readonly #waitMs: number;
  readonly #opened: AsyncDisposableStack;

  private constructor(replica: Replica<LoggedState>, waitMs: number, opened: AsyncDisposableStack) {
    this.#replica = replica;
    this.#waitMs = waitMs;
    this.#opened = opened;
  }

  /** Folds what was read before, asks nobody yet. Throws what the stores throw when another process holds the folder. */
  static async open(options: OwnLogOptions, { crypto, log, nowSeconds }: OwnLogDeps): Promise<OwnLog> {
    const { deployment, folder, pollMs = POLL_MS, rpcUrls, waitMs = WAIT_MS } = options;
    await makePrivateFolder(folder);
    await using opened = new AsyncDisposableStack();
    const store = opened.use(await openLevelBlockStore(join(folder, 'replica')));
    const file = await LogFile.open(join(folder, 'log'));
    file.goBackTo(-1); // no snapshot is kept to go on from
    const state = opened.use(new LoggedState(crypto, new LedgerState(), file));
    const report = reporter(log);
    const replica = await Replica.open<LoggedState>(
      { deployment, rpcUrls, pollMs, onError: report, onChange: () => report(undefined) },
      { state, store, now: nowSeconds },
    );
    opened.use(replica);
    return new OwnLog(replica, waitMs, opened.move());
  }

  /** Resolves once it has read as far as `size`; when it is behind it looks at the ledger once more, and not for long. */
  async reach(size: number): Promise<void> {
    if (size <= this.#replica.state.log.size) return;
    const giveUp = new AbortController();
    const synced = this.#replica.sync().catch(() => undefined); // told by the polls
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
    await this.#opened.disposeAsync();
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
