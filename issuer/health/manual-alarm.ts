/**
 * Watches what people do to colours, by rulings, by orders and by releases: more than 50 in an hour, or more than 10 by
 * one pair of people, and whoever runs the service is told. Nobody is stopped, since an outbreak is a reason too, and
 * nobody is named. What is counted is stored with what was done, so a restart forgets none of it.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { equalBytes } from '../../core/bytes/equal.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Log } from '../../service/logging.ts';
import type { WriteBatch } from '../../service/store.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { IssuerMetrics } from '../metrics.ts';
import { TABLES, type IssuerTables } from '../store.ts';

export const MANUAL_PER_HOUR = 50;
export const MANUAL_PER_PAIR = 10;
const HOUR_SECONDS = 3_600;

export interface ManualAlarmDependencies {
  readonly tables: Pick<IssuerTables, 'manualChanges'>;
  readonly index: Pick<KeyedIndex, 'ofPeople'>;
  readonly metrics: Pick<IssuerMetrics, 'manualColours' | 'colourAlarms'>;
  readonly log: Log;
}

/** A ruling, an order or a release. */
export interface ManualChange {
  /** Unix seconds. */
  readonly at: number;
  /** The two approvers, or the two officers. */
  readonly people: readonly string[];
}

/** A change as it is counted. */
export interface Counted {
  readonly at: number;
  readonly key: Uint8Array;
  /** Keyed name of the two. */
  readonly pair: Uint8Array;
}

export class ManualAlarm {
  readonly #deps: ManualAlarmDependencies;
  #counted: readonly Counted[];
  #last: number;

  private constructor(deps: ManualAlarmDependencies, counted: readonly Counted[]) {
    this.#deps = deps;
    this.#counted = counted;
    this.#last = Math.max(0, ...counted.map(({ key }) => readUint64(key, 8)));
  }

  /** With what was counted before the start, which is not told again. */
  static async open(deps: ManualAlarmDependencies): Promise<ManualAlarm> {
    const counted: Counted[] = [];
    for await (const { key, value } of deps.tables.manualChanges.entries())
      counted.push({ at: readUint64(key), key, pair: value });
    return new ManualAlarm(deps, counted);
  }

  /** What is to be stored with the change, and {@link note noted} when it is. */
  count({ at, people }: ManualChange): Counted {
    const key = concatBytes(toUint64(at), toUint64(++this.#last));
    return { at, key, pair: this.#deps.index.ofPeople(people) };
  }

  /** Adds it to the batch that stores the change; what is an hour old goes. */
  addTo(batch: WriteBatch, { at, key, pair }: Counted): void {
    for (const old of this.#counted) if (isOver(old, at)) batch.delete(TABLES.manualChanges, old.key);
    batch.put(TABLES.manualChanges, key, pair);
  }

  note(change: Counted): void {
    this.#counted = [...this.#counted.filter((old) => !isOver(old, change.at)), change];
    this.#deps.metrics.manualColours.inc();
    if (this.#counted.length > MANUAL_PER_HOUR) this.#raise('hour', MANUAL_PER_HOUR);
    const byPair = this.#counted.filter(({ pair }) => equalBytes(pair, change.pair)).length;
    if (byPair > MANUAL_PER_PAIR) this.#raise('pair', MANUAL_PER_PAIR);
  }

  #raise(rule: 'hour' | 'pair', count: number): void {
    const { metrics, log } = this.#deps;
    metrics.colourAlarms.inc({ rule });
    const who = rule === 'pair' ? ' by one pair of people' : '';
    log.error(
      { code: 'COLOUR_ALARM', count },
      `more than ${count} colours were changed by hand${who} within an hour`,
    );
  }
}

function isOver({ at }: Counted, nowSeconds: number): boolean {
  return at <= nowSeconds - HOUR_SECONDS;
}
