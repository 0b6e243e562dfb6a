/**
 * From waiting leaves to final batches: stage → anchor → finalise. One pass does whatever is due, in that
 * order, and the pass after a restart is the same code: what is staged and not final is looked up on the
 * ledger, anchored when it is not there, and made final.
 *
 * The ledger's answers are taken so: a rejection means unknown, so the root is looked up before it is sent
 * again. Only a contradiction is fatal, and then this issuer stops for good (`ISSUER_LEDGER_CONFLICT`,
 * `ISSUER_STORE_BEHIND`): going on could anchor twice or number a batch anew.
 */
import { toHex } from '../core/bytes/hex.ts';
import { MAX_BATCH_LEAVES } from '../core/commitment/batch.ts';
import type { BatchClass } from '../core/credential/credential-type.ts';
import type { Clock } from '../service/clock.ts';
import type { Log } from '../service/logging.ts';
import type { Batches, StagedBatch } from './batches.ts';
import { IssuerError } from './errors.ts';
import { classOfLane, LANE_COUNT, type Lanes } from './lanes.ts';
import type { IssuerMetrics } from './metrics.ts';
import type { AnchoredBatch, AnchorPort } from './ports.ts';

export interface PipelineDependencies {
  readonly batches: Batches;
  readonly lanes: Lanes;
  readonly ledger: AnchorPort;
  readonly now: Clock;
  readonly windowMs: Readonly<Record<BatchClass, number>>;
  readonly metrics: IssuerMetrics;
  readonly log: Log;
}

/** While so many batches wait for the ledger, leaves stay in their lanes, to go into fuller ones. */
const MAX_STAGED = 8;

export class Pipeline {
  readonly #deps: PipelineDependencies;

  constructor(deps: PipelineDependencies) {
    this.#deps = deps;
  }

  /** Compares store and ledger; throws the two fatal codes, or what the ledger rejects with. */
  async reconcile(): Promise<void> {
    const { batches, ledger } = this.#deps;
    const anchored = await ledger.sequence();
    if (anchored > batches.stagedThrough) {
      throw new IssuerError(
        'ISSUER_STORE_BEHIND',
        `the ledger has ${anchored} batches, the store ${batches.stagedThrough}`,
      );
    }
    // The newest final batch, and all that may have landed without our knowing, are where we say they are.
    for (let sequence = Math.max(1, batches.finalThrough); sequence <= batches.stagedThrough; sequence++) {
      const batch = await batches.load(sequence);
      const found = await ledger.find(batch.root);
      const isExpected = sequence <= Math.max(anchored, batches.finalThrough);
      if (isExpected && found === undefined) throw conflict(batch);
      if (found !== undefined) checkSame(batch, found);
    }
  }

  /**
   * Does what is due; `force` closes every window now. Resolves when all that was due is final. Throws what
   * the ledger rejects with: the next pass goes on from there.
   */
  async pass(options: { readonly force: boolean }): Promise<void> {
    const { batches } = this.#deps;
    do {
      await this.#stageDue(options.force);
      while (batches.finalThrough < batches.stagedThrough) {
        await this.#anchor(await batches.load(batches.finalThrough + 1));
      }
    } while (this.#nextDue(options.force) !== undefined);
  }

  /** When the next window closes, in the clock's milliseconds; `undefined` when nothing waits. */
  nextDueMs(): number | undefined {
    const due = this.#waitingLanes().map((lane) => this.#dueMs(lane));
    return due.length === 0 ? undefined : Math.min(...due);
  }

  async #stageDue(force: boolean): Promise<void> {
    const { batches, lanes, metrics } = this.#deps;
    let lane = this.#nextDue(force);
    while (lane !== undefined && batches.stagedThrough - batches.finalThrough < MAX_STAGED) {
      const batch = await batches.stage(lane, Math.min(lanes.waiting(lane), MAX_BATCH_LEAVES), lanes);
      metrics.staged.inc({ class: batch.class });
      lane = this.#nextDue(force);
    }
  }

  async #anchor(batch: StagedBatch): Promise<void> {
    const { batches, lanes, ledger, now, metrics, log } = this.#deps;
    const startedMs = now();
    const anchored = (await ledger.find(batch.root)) ?? (await this.#send(batch));
    checkSame(batch, anchored);
    await batches.finalise(batch, lanes, anchored.timeSeconds);
    metrics.anchorSeconds.observe((now() - startedMs) / 1000);
    metrics.released.inc({ class: batch.class }, batch.count);
    log.info(
      { root: toHex(batch.root), sequence: batch.sequence, count: batch.count, batchClass: batch.class },
      'batch is final',
    );
  }

  async #send(batch: StagedBatch): Promise<AnchoredBatch> {
    const { ledger } = this.#deps;
    const { root, log2Size, sequence } = batch;
    try {
      return await ledger.anchor({ root, log2Size, class: batch.class, expectedSequence: sequence });
    } catch (error) {
      // Error means unknown. Only when our sequence is taken and our root is not there is it certain that
      // another writer was faster.
      const taken = (await ledger.sequence()) >= sequence;
      if (taken && (await ledger.find(root)) === undefined) throw conflict(batch);
      throw error;
    }
  }

  #nextDue(force: boolean): number | undefined {
    return this.#waitingLanes().find((lane) => force || this.#dueMs(lane) <= this.#deps.now());
  }

  #waitingLanes(): readonly number[] {
    return Array.from({ length: LANE_COUNT }, (_, lane) => lane).filter(
      (lane) => this.#deps.lanes.waiting(lane) > 0,
    );
  }

  #dueMs(lane: number): number {
    const { lanes, windowMs } = this.#deps;
    if (lanes.waiting(lane) >= MAX_BATCH_LEAVES) return 0;
    return lanes.waitingSinceMs(lane) + windowMs[classOfLane(lane)];
  }
}

function checkSame(batch: StagedBatch, anchored: AnchoredBatch): void {
  const isSame =
    anchored.sequence === batch.sequence &&
    anchored.log2Size === batch.log2Size &&
    anchored.class === batch.class;
  if (!isSame) throw conflict(batch);
}

function conflict({ sequence }: StagedBatch): IssuerError {
  return new IssuerError('ISSUER_LEDGER_CONFLICT', `the ledger holds something else as batch ${sequence}`);
}
