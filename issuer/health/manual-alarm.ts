/**
 * Watches changes of colours by hand: more than 50 in an hour, or more than 10 by one pair of people, and whoever runs
 * the service is told. Nobody is stopped, since an outbreak is a reason too, and nobody is named.
 */
import type { ColourAct } from '../../core/health/colour-act.ts';
import type { Log } from '../../service/logging.ts';
import type { IssuerMetrics } from '../metrics.ts';

export const MANUAL_PER_HOUR = 50;
export const MANUAL_PER_PAIR = 10;
const HOUR_SECONDS = 3_600;

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
  remember(act: ColourAct): void {
    this.#add(act);
  }

  /** @param act by hand */
  note(act: ColourAct): void {
    this.#add(act);
    this.#metrics.manualColours.inc();
    if (this.#changes.length > MANUAL_PER_HOUR) this.#raise('hour', MANUAL_PER_HOUR);
    const byPair = this.#changes.filter(({ pair }) => pair === pairOf(act)).length;
    if (byPair > MANUAL_PER_PAIR) this.#raise('pair', MANUAL_PER_PAIR);
  }

  #add(act: ColourAct): void {
    const recent = this.#changes.filter(({ at }) => at > act.at - HOUR_SECONDS);
    this.#changes = [...recent, { at: act.at, pair: pairOf(act) }];
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

function pairOf({ approvers = [] }: ColourAct): string {
  return [...approvers].toSorted().join(' ');
}
