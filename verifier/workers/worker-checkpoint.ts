/**
 * A checkpoint in a worker: starts from the snapshot that the syncing process has written, folds the blocks that it is
 * told of after it, and answers codes. It asks no ledger and no issuer, and owns no store. Not told anything any more, it
 * goes on with what it knows, says how old that is, and calls itself unready.
 */
import type { Hex } from '../../core/bytes/hex.ts';
import type { Crypto } from '../../core/crypto.ts';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import type { Snapshot } from '../../core/trust/snapshot.ts';
import type { CombinedVerdict } from '../../core/verify/together.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import type { Log } from '../../service/logging.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import type { VerifierConfig } from '../config.ts';
import { Gate, type GateContext, type ScanRequest, type SightingPort } from '../gate.ts';
import type { Checkpoint } from '../verifier.ts';
import { fromSent, type News, type Standing } from './news.ts';

export interface WorkerCheckpointDeps {
  readonly crypto: Crypto;
  readonly log: Log;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
  /** The snapshot, if there is a good one. */
  readonly last: Snapshot | undefined;
  readonly files: CheckpointFiles;
  readonly sightings: SightingPort | undefined;
  /** Asks the syncing process. */
  readonly news: (standing: Standing) => Promise<News>;
}

export class WorkerCheckpoint implements Checkpoint {
  readonly files: CheckpointFiles;
  readonly #deps: WorkerCheckpointDeps;
  readonly #readySeconds: number;
  readonly #gate: Gate;
  #state: LedgerState;
  #lists: StatusLists;
  #failures: ReadonlyMap<Hex, string> = new Map();
  #confirmedAtSeconds: number | undefined;
  #listener: (state: LedgerState) => void = () => undefined;
  #turn: Promise<void> = Promise.resolve();

  private constructor(
    deps: WorkerCheckpointDeps,
    readySeconds: number,
    known: { readonly state: LedgerState; readonly statusLists: StatusLists },
  ) {
    this.#deps = deps;
    this.#readySeconds = readySeconds;
    this.files = deps.files;
    this.#state = known.state;
    this.#lists = known.statusLists;
    const { crypto, nowSeconds } = deps;
    const contextNow = (): GateContext => ({
      crypto,
      state: this.#state,
      statusLists: this.#lists,
      nowSeconds: nowSeconds(),
    });
    this.#gate = new Gate(deps.files, contextNow, deps.sightings);
  }

  /** Knows what the syncing process knows when it resolves. */
  static async open(
    { readySeconds }: Pick<VerifierConfig, 'readySeconds'>,
    deps: WorkerCheckpointDeps,
  ): Promise<WorkerCheckpoint> {
    const nothing = { state: new LedgerState(), statusLists: StatusLists.empty };
    const checkpoint = new WorkerCheckpoint(deps, readySeconds, deps.last ?? nothing);
    await checkpoint.catchUp();
    return checkpoint;
  }

  get state(): LedgerState {
    return this.#state;
  }

  get follower(): Checkpoint['follower'] {
    return { lists: this.#lists, failureOf: (issuer) => this.#failures.get(issuer) };
  }

  get confirmedAtSeconds(): number | undefined {
    return this.#confirmedAtSeconds;
  }

  get isSynced(): boolean {
    const confirmedAt = this.#confirmedAtSeconds;
    return confirmedAt !== undefined && this.#deps.nowSeconds() - confirmedAt <= this.#readySeconds;
  }

  verify(text: string, request: ScanRequest = {}): Promise<Verdict> {
    return this.#gate.verify(text, request);
  }

  verifyTogether(texts: readonly string[], request: ScanRequest = {}): Promise<CombinedVerdict> {
    return this.#gate.verifyTogether(texts, request);
  }

  onSync(listener: (state: LedgerState) => void): void {
    this.#listener = listener;
    listener(this.#state);
  }

  /** Takes over all that there is to be told, one after the other. Rejects as the question does; a next time goes on. */
  catchUp(): Promise<void> {
    const turn = this.#turn.then(() => this.#catchUpNow());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #catchUpNow(): Promise<void> {
    for (let isMore = true; isMore;) {
      const news = await this.#deps.news(this.#standing());
      isMore = news.isMore || !news.fits;
      this.#take(news);
    }
    this.#listener(this.#state);
  }

  #take({ blocks, confirmedAtSeconds, failures, fits, head, isMore, sets }: News): void {
    if (!fits) {
      this.#state = new LedgerState();
      this.#lists = StatusLists.empty;
      return;
    }
    for (const block of blocks) this.#state.apply(block);
    if (isMore) return;
    if (head !== undefined && head.number > this.#state.head.number) {
      this.#state.apply({ ...head, events: [] });
    }
    for (const set of sets) this.#lists = this.#lists.with(fromSent(set));
    this.#failures = failures;
    this.#confirmedAtSeconds = confirmedAtSeconds;
  }

  #standing(): Standing {
    const { head, lastChange } = this.#state;
    const lists = new Map([...this.#lists.sets()].map(({ issuer, version }) => [issuer, version]));
    return { head, lastChange, lists };
  }
}
