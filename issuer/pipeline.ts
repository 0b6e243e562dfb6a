/**
 * From waiting leaves to final batches: stage → anchor → finalise. One pass does whatever is due, in that
 * order, and the pass after a restart is the same code: what is staged and not final is looked up on the
 * ledger, anchored when it is not there, and made final.
 *
 * The ledger's answers are taken so: a rejection means unknown, so the next pass looks the root up before it
 * sends it again. Only a contradiction is fatal, and then this issuer stops until a person has looked
 * (`ISSUER_LEDGER_CONFLICT`, `ISSUER_STORE_BEHIND`): going on could anchor twice.
 */
import { fromHex, toHex } from '../core/bytes/hex.ts';
import { MAX_BATCH_LEAVES } from '../core/commitment/batch.ts';
import type { BatchClass } from '../core/credential/credential-type.ts';
import { invariant } from '../core/errors.ts';
import type { Clock } from '../service/clock.ts';
import type { Log } from '../service/logging.ts';
import type { Batches, FinalBatch, StagedBatch } from './batches.ts';
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

/** What became of a staged batch on the ledger. */
type Outcome =
  | { readonly end: 'anchored'; readonly batch: FinalBatch }
  | { readonly end: 'taken'; readonly batch: StagedBatch }
  | { readonly end: 'failed'; readonly error: unknown };

/** While so many batches wait for the ledger, leaves stay in their lanes, to go into fuller ones. */
const MAX_STAGED = 8;

export class Pipeline {
  readonly #deps: PipelineDependencies;
  /** All that the ledger has up to this sequence is accounted for. */
  #seenThrough = 0;

  constructor(deps: PipelineDependencies) {
    this.#deps = deps;
  }

  /** Compares store and ledger; throws the two fatal codes, or what the ledger rejects with. */
  async reconcile(): Promise<void> {
    const { batches, ledger } = this.#deps;
    const last = await batches.loadLastFinal();
    if (last !== undefined) {
      const found = await ledger.find(last.root);
      if (found?.sequence !== last.sequence || !isSame(last, found)) throw conflict(last.sequence);
      this.#seenThrough = last.sequence;
    }
    await this.#nextSequence();
  }

  /**
   * One round of what is due: what comes meanwhile, and is due too, is for the next pass, since more waits for a pass than
   * batches. `force` closes every window now, and ends when all that waited at the start is final. Throws what the
   * ledger rejects with: the next pass goes on from there.
   */
  async pass(options: { readonly force: boolean }): Promise<void> {
    const { batches } = this.#deps;
    const isLeft = this.#waitingNow();
    do {
      const before = batches.stagedThrough;
      await this.#stageDue(options.force);
      while (batches.finalThrough < batches.stagedThrough) await this.#anchorStaged(before);
    } while (options.force && isLeft());
  }

  /** When the next window closes, in the clock's milliseconds; `undefined` when nothing waits. */
  nextDueMs(): number | undefined {
    const due = this.#waitingLanes().map((lane) => this.#dueMs(lane));
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** One batch of each lane that is due, and more of those that have more than one batch takes. */
  async #stageDue(force: boolean): Promise<void> {
    const { batches, lanes, metrics } = this.#deps;
    let due = this.#due(force);
    while (due.length > 0) {
      const room = MAX_STAGED - (batches.stagedThrough - batches.finalThrough);
      const parts = due.slice(0, Math.max(0, room)).map((lane) => {
        return { lane, count: Math.min(lanes.waiting(lane), MAX_BATCH_LEAVES) };
      });
      if (parts.length === 0) return;
      for (const batch of await batches.stage(parts, lanes)) metrics.staged.inc({ class: batch.class });
      // What has come meanwhile is for the next batch: to cut a few leaves off it now would only hold up the others.
      due = this.#due(force).filter((lane) => lanes.waiting(lane) >= MAX_BATCH_LEAVES);
    }
  }

  /**
   * All that is staged side by side, so that one block can hold it; final in order, up to the first that cannot be.
   * @param before number of the last batch that was staged before this pass
   */
  async #anchorStaged(before: number): Promise<void> {
    const { batches, lanes, now } = this.#deps;
    const startedMs = now();
    const count = batches.stagedThrough - batches.finalThrough;
    const numbers = Array.from({ length: count }, (_, i) => batches.finalThrough + 1 + i);
    const staged = await Promise.all(numbers.map((number) => batches.load(number)));
    const isNew = batches.finalThrough >= before;
    const answers = await this.#putOnLedger(staged, isNew ? 'new' : 'perhaps there');
    const anchored: FinalBatch[] = [];
    let other: Exclude<Outcome, { readonly end: 'anchored' }> | undefined;
    for (const [i, batch] of staged.entries()) {
      const outcome = this.#outcomeOf(batch, answers[i]);
      if (outcome.end !== 'anchored') {
        other = outcome;
        break;
      }
      anchored.push(outcome.batch);
    }
    await this.#finalise(anchored, startedMs);
    if (other?.end === 'failed') throw other.error;
    // A root that another account has anchored is given up: its size and class may be wrong, and it counts only as
    // long as that account does.
    if (other?.end === 'taken') await batches.restage(other.batch, lanes);
  }

  async #finalise(anchored: readonly FinalBatch[], startedMs: number): Promise<void> {
    const { batches, lanes, now, metrics, log } = this.#deps;
    if (anchored.length === 0) return;
    await batches.finalise(anchored, lanes);
    for (const { class: batchClass, count, root, sequence } of anchored) {
      if (sequence === this.#seenThrough + 1) this.#seenThrough++;
      metrics.anchorSeconds.observe((now() - startedMs) / 1000);
      metrics.released.inc({ class: batchClass }, count);
      log.info({ root: toHex(root), sequence, count, batchClass }, 'batch is final');
    }
  }

  #outcomeOf(batch: StagedBatch, answer: PromiseSettledResult<AnchoredBatch> | undefined): Outcome {
    invariant(answer !== undefined, 'an answer for each');
    if (answer.status === 'rejected') return { end: 'failed', error: answer.reason };
    const { account, sequence, timeSeconds } = answer.value;
    if (account !== this.#deps.ledger.account) return { end: 'taken', batch };
    if (!isSame(batch, answer.value)) return { end: 'failed', error: conflict(sequence) };
    return { end: 'anchored', batch: { ...batch, sequence, timeSeconds } };
  }

  /** Anchors each batch, in order, unless it stands there already: one that was drawn up this moment does not. */
  async #putOnLedger(
    staged: readonly StagedBatch[],
    are: 'new' | 'perhaps there',
  ): Promise<readonly PromiseSettledResult<AnchoredBatch>[]> {
    const { ledger } = this.#deps;
    const found = are === 'new' ? [] : await Promise.all(staged.map(({ root }) => ledger.find(root)));
    const areAllThere = staged.every((_, i) => found[i] !== undefined);
    let expectedSequence = areAllThere ? 0 : await this.#nextSequence();
    return await Promise.allSettled(
      staged.map(
        async ({ root, log2Size, class: batchClass }, i) =>
          found[i] ??
          (await ledger.anchor({ root, log2Size, class: batchClass, expectedSequence: expectedSequence++ })),
      ),
    );
  }

  /**
   * The ledger's next sequence, once all before it is accounted for.
   *
   * What an account other than our present one anchored is foreign and passed over: the account was stolen, and
   * nobody can tell here from when on. A former account of ours is no exception, so an old copy of the store
   * must not be started with a new account: only what the present account wrote can show that it is old.
   */
  async #nextSequence(): Promise<number> {
    const { batches, ledger, log } = this.#deps;
    if ((await ledger.sequence()) > this.#seenThrough) {
      const entries = await ledger.anchoredAfter(this.#seenThrough);
      const own = entries.filter((entry) => entry.account === ledger.account);
      const known = await Promise.all(own.map(({ root }) => batches.has(fromHex(root))));
      const unknown = own.find((_, i) => known[i] !== true);
      if (unknown !== undefined) {
        const landed = known.filter(Boolean).length;
        const isWaiting = batches.stagedThrough - batches.finalThrough > landed;
        throw isWaiting ? conflict(unknown.sequence) : behind(unknown.sequence);
      }
      const foreign = entries.length - own.length;
      if (foreign > 0) log.warn({ count: foreign }, 'another account anchors under this issuer');
      this.#seenThrough += entries.length;
    }
    return this.#seenThrough + 1;
  }

  /** Whether any leaf that waits at this moment still does. */
  #waitingNow(): () => boolean {
    const { lanes } = this.#deps;
    const ends = this.#waitingLanes().map((lane) => {
      return { lane, end: lanes.nextToStage(lane) + lanes.waiting(lane) };
    });
    return () => ends.some(({ lane, end }) => lanes.nextToStage(lane) < end);
  }

  #due(force: boolean): readonly number[] {
    return this.#waitingLanes().filter((lane) => force || this.#dueMs(lane) <= this.#deps.now());
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

function isSame(batch: StagedBatch, anchored: AnchoredBatch): boolean {
  return anchored.log2Size === batch.log2Size && anchored.class === batch.class;
}

function conflict(sequence: number): IssuerError {
  return new IssuerError('ISSUER_LEDGER_CONFLICT', `the ledger holds something else as batch ${sequence}`);
}

function behind(sequence: number): IssuerError {
  return new IssuerError('ISSUER_STORE_BEHIND', `the ledger has our batch ${sequence}, the store does not`);
}
