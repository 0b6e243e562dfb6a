/** What the steps found, written down as they go: their reports, the evidence, and how long it all holds. */
import { REASONS, type ReasonCode } from './reasons.ts';
import { STEPS, type Evidence, type Step, type StepReport, type StepResult } from './verdict.ts';

/** What is found out about a code, without the age of what we know: that is added when it is told. */
export interface Judgement {
  readonly steps: readonly StepReport[];
  readonly evidence: Evidence;
  /** When the version of the status list in use was anchored. */
  readonly statusPublishedAtSeconds?: number;
  /** Whether it holds for any later block that brings no event. */
  readonly isAnchored: boolean;
  /** Given the same knowledge, it holds from the time it was made until this one. */
  readonly holdsUntilSeconds: number;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

export class Trail {
  readonly #reports = new Map<Step, StepReport>();
  readonly #nowSeconds: number;
  readonly evidence: Mutable<Evidence> = { signature: 'not-checked' };
  statusPublishedAtSeconds: number | undefined;
  isAnchored = false;
  #holdsUntilSeconds = Infinity;

  constructor(nowSeconds: number) {
    this.#nowSeconds = nowSeconds;
  }

  report(step: Step, result: StepResult): void {
    this.#reports.set(step, { step, result });
  }

  /** Reports the step by what its reasons say; without any, as `ok`. */
  conclude(step: Step, reasons: readonly ReasonCode[]): void {
    if (reasons.length === 0) return this.report(step, 'ok');
    const isUndecided = reasons.every((reason) => REASONS[reason].validity === 'unconfirmed');
    this.#reports.set(step, { step, result: isUndecided ? 'unconfirmed' : 'failed', reasons });
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

  /** Something went wrong in a way that no step foresees: the first step without a report could not be taken. */
  giveUp(): Judgement {
    const step = STEPS.find((candidate) => !this.#reports.has(candidate)) ?? 'policy';
    this.isAnchored = false;
    return this.stop(step, 'COULD_NOT_DECIDE');
  }

  end(): Judgement {
    const { evidence, isAnchored, statusPublishedAtSeconds } = this;
    return {
      steps: STEPS.map((step) => this.#reports.get(step) ?? { step, result: 'not-checked' }),
      evidence,
      isAnchored,
      holdsUntilSeconds: this.#holdsUntilSeconds,
      ...(statusPublishedAtSeconds === undefined ? {} : { statusPublishedAtSeconds }),
    };
  }
}
