/**
 * How far the event loop runs behind, as the mean of the last second. Nothing is asked of the system for it: a process
 * that may open no more files cannot even be told its memory, and would end over the question.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const SAMPLE_MS = 1_000;
const NANOSECONDS_A_MS = 1e6;

export class EventLoopDelay implements Disposable {
  readonly #histogram: ReturnType<typeof monitorEventLoopDelay>;
  readonly #timer: NodeJS.Timeout;
  #sampledAtMs = performance.now();
  #ms = 0;

  constructor() {
    this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  /** Milliseconds. */
  get ms(): number {
    return this.#ms;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #sample(): void {
    const nowMs = performance.now();
    const { mean } = this.#histogram;
    // A loop that did not turn at all is as late as it took to come here.
    this.#ms = Number.isNaN(mean) ? nowMs - this.#sampledAtMs : mean / NANOSECONDS_A_MS - RESOLUTION_MS;
    this.#sampledAtMs = nowMs;
    this.#histogram.reset();
  }
}
