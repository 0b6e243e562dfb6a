/**
 * What all workers have counted, so that no sum falls when one is silent or ends: Prometheus takes a counter that fell for
 * a process begun anew, and counts all of it a second time. What one counted after it told last ends with it.
 */
import { addMetrics, countsOf, type MetricValues } from '../../service/metrics.ts';

export class WorkerCounts<Worker extends object> {
  readonly #told = new Map<Worker, MetricValues>();
  #ended: Promise<MetricValues> = Promise.resolve([]);

  /** Of one that runs. */
  told(worker: Worker, metrics: MetricValues): void {
    this.#told.set(worker, countsOf(metrics));
  }

  /** It tells nothing more. */
  ended(worker: Worker): void {
    const counts = this.#told.get(worker);
    if (counts === undefined) return;
    this.#told.delete(worker);
    this.#ended = this.#ended.then((before) => addMetrics([before, counts]));
  }

  async all(): Promise<readonly MetricValues[]> {
    const told = [...this.#told.values()];
    return [await this.#ended, ...told];
  }
}
