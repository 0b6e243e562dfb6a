/** What the steps found, written down as they go: their reports, the evidence, and how long it all holds. */
import type { ListLife } from '../foreign/list-life.ts';
import { REASONS, type ReasonCode } from './reasons.ts';
import { STEPS, type Evidence, type Step, type StepReport, type StepResult } from './verdict.ts';

/** What is found out about a code, without the age of what we know: that is added when it is told. */
export interface Judgement {
  readonly steps: readonly StepReport[];
  readonly evidence: Evidence;
  /** When the version of the status list in use was anchored. */
  readonly statusPublishedAtSeconds?: number;
  /** Authentic, anchored and not of one moment: it holds for any later block that brings no event. */
  readonly isLasting: boolean;
  /** Whether the age of what we know of the ledger matters to it: not to codes of other systems. */
  readonly restsOnLedger: boolean;
  /** Of the list that names the signer of a code of another system; absent: none does. */
  readonly listLife?: ListLife;
  /** Given the same knowledge, it holds from the time it was made until this one. */
  readonly holdsUntilSeconds: number;
}

const NOT_CHECKED: readonly StepReport[] = STEPS.map((step) => ({ step, result: 'not-checked' }));
const OK: readonly StepReport[] = STEPS.map((step) => ({ step, result: 'ok' }));

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

export class Trail {
  /** By place in STEPS. */
  readonly #reports: StepReport[] = [...NOT_CHECKED];
  #taken = -1;
  readonly #nowSeconds: number;
  readonly evidence: Mutable<Evidence> = { signature: 'not-checked' };
  statusPublishedAtSeconds: number | undefined;
  listLife: ListLife | undefined;
  isLasting = false;
  restsOnLedger = true;
  #holdsUntilSeconds = Infinity;

  constructor(nowSeconds: number) {
    this.#nowSeconds = nowSeconds;
  }

  /** Reports the step by what its reasons say; without any, as `ok`. */
  conclude(step: Step, reasons: readonly ReasonCode[]): void {
    const place = STEPS.indexOf(step);
    this.#taken = Math.max(this.#taken, place);
    // STEPS has every Step.
    this.#reports[place] = reasons.length === 0 ? OK[place]! : { step, result: resultOf(reasons), reasons };
  }

  /** The answer may change at this time, if it lies ahead. */
  changesAt(seconds: number): void {
    if (seconds > this.#nowSeconds && seconds < this.#holdsUntilSeconds) this.#holdsUntilSeconds = seconds;
  }

  /** The judgement as it stands with `reasons` found in `step`; later steps are not taken. */
  stop(step: Step, ...reasons: readonly ReasonCode[]): Judgement {
    this.conclude(step, reasons);
    return this.end();
  }

  /** Something went wrong in a way that no step foresees: the step after the last one could not be taken. */
  giveUp(): Judgement {
    this.isLasting = false;
    return this.stop(STEPS[this.#taken + 1] ?? 'policy', 'COULD_NOT_DECIDE');
  }

  end(): Judgement {
    const { evidence, isLasting, listLife, restsOnLedger, statusPublishedAtSeconds } = this;
    return {
      steps: this.#reports,
      evidence,
      isLasting,
      restsOnLedger,
      holdsUntilSeconds: this.#holdsUntilSeconds,
      ...(statusPublishedAtSeconds === undefined ? {} : { statusPublishedAtSeconds }),
      ...(listLife === undefined ? {} : { listLife }),
    };
  }
}

function resultOf(reasons: readonly ReasonCode[]): StepResult {
  return reasons.every((reason) => REASONS[reason].validity === 'unconfirmed') ? 'unconfirmed' : 'failed';
}
