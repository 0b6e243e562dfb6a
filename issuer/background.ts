/**
 * The work behind the answers: compare store and ledger once, carry out acts, publish status, then stage, anchor and
 * finalise batches. Status goes first, so that a credential's list is known before the credential is released.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../service/clock.ts';
import type { Log } from '../service/logging.ts';
import { StoreError } from '../service/store.ts';
import type { Acts } from './acts/acts.ts';
import type { Health } from './health/health.ts';
import { IssuerError } from './errors.ts';
import type { Gate } from './gate.ts';
import { LANE_COUNT, type Lanes } from './lanes.ts';
import { Lock } from './lock.ts';
import type { IssuerMetrics } from './metrics.ts';
import type { Pipeline } from './pipeline.ts';
import type { Progress } from './progress.ts';
import { Scheduler } from './scheduler.ts';
import type { Status } from './status.ts';

export interface BackgroundDependencies {
  readonly pipeline: Pipeline;
  readonly acts: Pick<Acts, 'isDue' | 'carryOut'>;
  readonly health: Pick<Health, 'carryOut' | 'nextDueMs'>;
  readonly status: Status;
  readonly lanes: Lanes;
  readonly gate: Gate;
  readonly metrics: IssuerMetrics;
  readonly progress: Progress;
  readonly now: Clock;
  readonly log: Log;
}

export class Background {
  readonly #deps: BackgroundDependencies;
  readonly #scheduler: Scheduler;
  readonly #passing = new Lock();
  #isReconciled = false;
  #isLedgerUp = false;
  #isStarted = false;

  constructor(deps: BackgroundDependencies) {
    this.#deps = deps;
    this.#scheduler = new Scheduler({
      pass: () => this.pass({ force: false }),
      nextDueMs: () => this.#nextDueMs(),
      onFailure: (err, attempt) => {
        deps.log.warn({ err, attempt }, 'the ledger cut a pass short');
      },
      now: deps.now,
    });
  }

  /** Whether the last pass reached its end. */
  get isLedgerUp(): boolean {
    return this.#isLedgerUp;
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  start(): void {
    this.#isStarted = true;
    this.#scheduler.start();
  }

  wake(): void {
    this.#scheduler.wake();
  }

  /** Runs `change` while no pass is under way; passes that are due meanwhile wait. */
  async whilePaused<Result>(change: () => Promise<Result>): Promise<Result> {
    return await this.#passing.run(change);
  }

  /** Ends after the pass under way. */
  async stop(): Promise<void> {
    await this.#scheduler.stop();
    await this.#passing.run(() => nextTurn());
  }

  /** Compares store and ledger when the ledger answers; only a contradiction is an error. */
  async reconcileIfReachable(): Promise<void> {
    try {
      await this.#passing.run(() => this.#reconcile());
    } catch (error) {
      if (isContradiction(error)) throw error;
      this.#deps.log.warn({ err: error }, 'the ledger does not answer; issuing goes on, anchoring waits');
    }
  }

  /** As `reconcileIfReachable`, but a contradiction halts. */
  async reconcileOrHalt(): Promise<void> {
    try {
      await this.reconcileIfReachable();
    } catch (error) {
      if (!isContradiction(error)) throw error;
      this.#halt(error);
    }
  }

  /**
   * Does what is due, or, with `force`, all there is; resolves when it is on the ledger. Throws what the ledger
   * rejects with, and `ISSUER_HALTED` after a contradiction.
   */
  async pass(options: { readonly force: boolean }): Promise<void> {
    const { gate, acts, pipeline, progress, status, metrics, lanes } = this.#deps;
    await this.#passing.run(async () => {
      gate.check();
      try {
        await this.#reconcile();
        await acts.carryOut();
        await this.#carryOutHealth();
        await status.publishDue();
        await pipeline.pass(options);
        this.#isLedgerUp = true;
      } catch (error) {
        this.#isLedgerUp = false;
        metrics.ledgerFailures.inc();
        if (isContradiction(error)) this.#halt(error);
        throw error;
      } finally {
        progress.made();
      }
      metrics.waiting.set(
        Array.from({ length: LANE_COUNT }, (_, lane) => lanes.waiting(lane)).reduce((a, b) => a + b),
      );
    });
  }

  /** Whatever becomes of colours, status and anchoring go on; what waits is tried again with the next pass. */
  async #carryOutHealth(): Promise<void> {
    try {
      await this.#deps.health.carryOut();
    } catch (error) {
      if (isContradiction(error) || error instanceof StoreError) throw error;
      this.#deps.log.error({ err: error }, 'health codes could not be followed: they wait');
    }
  }

  async #reconcile(): Promise<void> {
    if (this.#isReconciled) return;
    await this.#deps.status.reconcile();
    await this.#deps.pipeline.reconcile();
    this.#isReconciled = true;
  }

  #halt(error: IssuerError): void {
    this.#deps.gate.halt(error);
    this.#deps.log.error({ err: error }, 'store and ledger contradict each other: nothing more is issued');
  }

  #nextDueMs(): number | undefined {
    const { gate, acts, health, status, pipeline } = this.#deps;
    if (!gate.isOpen) return undefined;
    return acts.isDue || status.isDue()
      ? 0
      : Math.min(status.nextDueMs(), health.nextDueMs, pipeline.nextDueMs() ?? Number.POSITIVE_INFINITY);
  }
}

function isContradiction(error: unknown): error is IssuerError {
  return (
    error instanceof IssuerError &&
    (error.code === 'ISSUER_LEDGER_CONFLICT' || error.code === 'ISSUER_STORE_BEHIND')
  );
}
