/**
 * Everything about holding records no longer and no more openly than needed: erasure, the epochs of the keys,
 * retention, access reports, and the account of every leaf. Its work runs by itself beside the issuing, and needs
 * the store alone: also while the ledger is away, or quarrels.
 */
import { toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import type { Log } from '../../service/logging.ts';
import { IssuerError } from '../errors.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import { Lock } from '../lock.ts';
import { Scheduler } from '../scheduler.ts';
import {
  AccessReports,
  type AccessReport,
  type AccessReportDependencies,
  type AccessTarget,
} from './access-report.ts';
import { BatchAccounts, type BatchAccount, type BatchAccountDependencies } from './batch-account.ts';
import type { PrivacyConfig } from './config.ts';
import type { Disclosure } from './disclosures.ts';
import type { ErasureGround, ErasureStage } from './erasure-entry.ts';
import { Erasure, type ErasureDependencies } from './erasure.ts';
import type { HealthFiles } from '../health/health-file.ts';
import type { Holds, HoldTerms, NumberedHold } from './holds.ts';
import { EpochTurn, type EpochTurnDependencies } from './epoch-turn.ts';
import { Retention, type RetentionCount } from './retention.ts';

type Needed = ErasureDependencies &
  EpochTurnDependencies &
  BatchAccountDependencies &
  AccessReportDependencies;

export interface PrivacyDependencies extends Omit<Needed, 'erasure' | 'days'> {
  readonly index: KeyedIndex;
  readonly holds: Holds;
  /** A person's colour is what it is because of the record. */
  readonly restsOn: (recordId: string) => Promise<boolean>;
  readonly healthFiles: Pick<HealthFiles, 'rewrapAll'>;
  readonly config: PrivacyConfig;
  readonly now: Clock;
  readonly log: Log;
}

export interface ErasureState {
  readonly recordId: string;
  readonly stage: ErasureStage;
  readonly ground: ErasureGround;
  /** Absent while the record is there. */
  readonly erasedAtSeconds?: number;
  /** One for each credential, signed; see `core/receipt/erasure-receipt.ts`. */
  readonly receipts: readonly string[];
}

export class Privacy {
  readonly #deps: PrivacyDependencies;
  readonly #erasure: Erasure;
  readonly #turn: EpochTurn;
  readonly #retention: Retention;
  readonly #reports: AccessReports;
  readonly #accounts: BatchAccounts;
  readonly #scheduler: Scheduler;
  readonly #passing = new Lock();
  readonly #erasing = new Lock();
  #isStopping = false;
  /** When the next pass is due; at once after a start, since the last one may have been cut short. */
  #dueMs = 0;

  constructor(deps: PrivacyDependencies) {
    this.#deps = deps;
    const days = deps.config.retentionDays;
    this.#erasure = new Erasure(deps);
    const common = { ...deps, days, erasure: this.#erasure };
    this.#turn = new EpochTurn(common);
    this.#retention = new Retention(common);
    this.#reports = new AccessReports(common);
    this.#accounts = new BatchAccounts(common);
    this.#scheduler = new Scheduler({
      pass: () => this.pass({ force: false }),
      nextDueMs: () => this.#dueMs,
      onFailure: (err, attempt) => deps.log.warn({ err, attempt }, 'work on erasures was cut short'),
      now: deps.now,
    });
  }

  start(): void {
    this.#scheduler.start();
  }

  /** Ends after the chunk under way. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#scheduler.stop();
    await this.#passing.run(() => Promise.resolve());
  }

  /**
   * Erases a record: when it resolves, it is revoked and gone from the store; copies of the store die with the
   * epoch. Again: the same answer. Throws `RECORD_NOT_FOUND` for an id that never was a record's, `RECORD_HELD`,
   * `RECORD_GIVES_COLOUR`.
   */
  async erase(recordId: string, ground: ErasureGround): Promise<ErasureState> {
    const number = this.#deps.index.fromRecordId(recordId);
    if (number === undefined) throw recordNotFound();
    // One after another: of two records that each give the colour, the second stays.
    await this.#erasing.run(async () => {
      if (await this.#deps.restsOn(recordId)) {
        throw new IssuerError(
          'RECORD_GIVES_COLOUR',
          'a health code rests on the record until its days are over',
        );
      }
      await this.#erasure.mark([number], ground);
      await this.#erasure.eraseMarked(() => false, [number]);
    });
    if (this.#deps.holds.isHeld(number)) {
      throw new IssuerError('RECORD_HELD', 'a legal hold stands on the record: nothing of it is erased');
    }
    this.#wake();
    return await this.erasure(recordId).catch((error: unknown) => {
      throw error instanceof IssuerError ? recordNotFound() : error;
    });
  }

  /** Throws `ERASURE_NOT_FOUND`. */
  async erasure(recordId: string): Promise<ErasureState> {
    const number = this.#deps.index.fromRecordId(recordId);
    const entry = number === undefined ? undefined : await this.#erasure.find(number);
    if (entry === undefined) throw new IssuerError('ERASURE_NOT_FOUND', 'no record of this id was erased');
    const { stage, ground, erasedAtSeconds } = entry;
    const receipts = await this.#accounts.receipts(entry);
    return { recordId, stage, ground, ...(erasedAtSeconds === 0 ? {} : { erasedAtSeconds }), receipts };
  }

  /** A hold on a record from now on; all of its holds. Throws `RECORD_NOT_FOUND`. */
  async hold(recordId: string, terms: HoldTerms): Promise<readonly NumberedHold[]> {
    return await this.#onRecord(recordId, (number) => this.#deps.holds.place(number, terms));
  }

  /** The hold stands no longer; what was to be erased meanwhile is. Throws `RECORD_NOT_FOUND`, `HOLD_NOT_FOUND`. */
  async lift(recordId: string, hold: number, liftedBy: string): Promise<readonly NumberedHold[]> {
    const holds = await this.#onRecord(recordId, (number) => this.#deps.holds.lift(number, hold, liftedBy));
    this.#wake();
    return holds;
  }

  /** Throws `RECORD_NOT_FOUND`. */
  async holds(recordId: string): Promise<readonly NumberedHold[]> {
    return await this.#onRecord(recordId, () => Promise.resolve());
  }

  report(target: AccessTarget, purpose: Disclosure['purpose']): Promise<AccessReport> {
    return this.#reports.report(target, purpose);
  }

  /** Throws `BATCH_NOT_FOUND`. */
  account(root: string): Promise<BatchAccount> {
    return this.#accounts.account(root);
  }

  /** What retention would erase now. */
  retention(): Promise<readonly RetentionCount[]> {
    return this.#retention.count();
  }

  /** Ids of records that do not open: those that are to be erased, and one that keeps an epoch from its end. */
  async unreadable(): Promise<readonly string[]> {
    const { stuckAt } = this.#turn;
    const numbers = new Set(await this.#erasure.unreadable());
    if (stuckAt !== undefined) numbers.add(stuckAt);
    return [...numbers].map((number) => this.#deps.index.toRecordId(number));
  }

  /** Those of the records that wait for their erasure. */
  beingErased(numbers: readonly number[]): Promise<ReadonlySet<number>> {
    return this.#erasure.beingErased(numbers);
  }

  /** Does what is due; with `force` ends the epoch now when anything was erased in it. */
  async pass({ force }: { readonly force: boolean }): Promise<void> {
    const isStopping = (): boolean => this.#isStopping;
    await this.#passing.run(async () => {
      if (await this.#retention.isDue()) await this.#retention.run(isStopping);
      await this.#erasure.eraseMarked(isStopping);
      while (await this.#isTurnDue(force)) if (!(await this.#turn.run(isStopping))) return;
      this.#dueMs = Math.min(this.#retention.nextDueMs(), await this.#turnDueMs());
    });
  }

  /** Changes something about a record that is there, and answers its holds. */
  async #onRecord(
    recordId: string,
    change: (number: number) => Promise<void>,
  ): Promise<readonly NumberedHold[]> {
    const { index, tables, recordsLock, holds } = this.#deps;
    const number = index.fromRecordId(recordId);
    if (number === undefined) throw recordNotFound();
    return await recordsLock.run(async () => {
      if ((await tables.records.get(toUint64(number))) === undefined) throw recordNotFound();
      await change(number);
      return await holds.of(number);
    });
  }

  #wake(): void {
    this.#dueMs = 0;
    this.#scheduler.wake();
  }

  /** What was erased during a turn needs another one. */
  async #isTurnDue(force: boolean): Promise<boolean> {
    const dueMs = await this.#turnDueMs();
    return dueMs <= this.#deps.now() || (force && dueMs < Number.POSITIVE_INFINITY);
  }

  /** At once when it must be anyway; otherwise some time after the first erasure that waits for one. */
  async #turnDueMs(): Promise<number> {
    if (await this.#turn.isDue()) return 0;
    const since = await this.#erasure.waitingSinceSeconds();
    return since === undefined ? Number.POSITIVE_INFINITY : since * 1000 + this.#deps.config.turnAfterMs;
  }
}

function recordNotFound(): IssuerError {
  return new IssuerError('RECORD_NOT_FOUND', 'no record has this id');
}
