/**
 * Watches what people do to colours, by rulings, by orders and by releases: more than 50 in an hour, or more than 10 by
 * one pair of people, and whoever runs the service is told. Nobody is stopped, since an outbreak is a reason too, and nobody is named.
 */
import type { Log } from '../../service/logging.ts';
import type { IssuerMetrics } from '../metrics.ts';

export const MANUAL_PER_HOUR = 50;
export const MANUAL_PER_PAIR = 10;
const HOUR_SECONDS = 3_600;

/** A ruling, an order or a release. */
export interface ManualChange {
  /** Unix seconds. */
  readonly at: number;
  /** The two approvers, or the two officers; nobody where that is not known any more. */
  readonly people: readonly string[];
}

interface Change {
  readonly at: number;
  readonly pair: string;
}

export class ManualAlarm {
  readonly #metrics: Pick<IssuerMetrics, 'manualColours' | 'colourAlarms'>;
  readonly #log: Log;
  #changes: readonly Change[] = [];

  constructor({ metrics, log }: { readonly metrics: IssuerMetrics; readonly log: Log }) {
    this.#metrics = metrics;
    this.#log = log;
  }

  /** Known from before the start: counted, not told again. */
  remember(change: ManualChange): void {
    this.#add(change);
  }

  note(change: ManualChange): void {
    this.#add(change);
    this.#metrics.manualColours.inc();
    if (this.#changes.length > MANUAL_PER_HOUR) this.#raise('hour', MANUAL_PER_HOUR);
    const byPair = this.#changes.filter(({ pair }) => pair !== '' && pair === pairOf(change)).length;
    if (byPair > MANUAL_PER_PAIR) this.#raise('pair', MANUAL_PER_PAIR);
  }

  #add(change: ManualChange): void {
    const recent = this.#changes.filter(({ at }) => at > change.at - HOUR_SECONDS);
    this.#changes = [...recent, { at: change.at, pair: pairOf(change) }];
  }

  #raise(rule: 'hour' | 'pair', count: number): void {
    this.#metrics.colourAlarms.inc({ rule });
    const who = rule === 'pair' ? ' by one pair of people' : '';
    this.#log.error(
      { code: 'COLOUR_ALARM', count },
      `more than ${count} colours were changed by hand${who} within an hour`,
    );
  }
}

function pairOf({ people }: ManualChange): string {
  return [...people].toSorted().join(' ');
}
