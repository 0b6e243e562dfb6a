/**
 * Watches what people do to colours, by rulings, by orders and by releases: more than 50 in an hour, or more than 10 by
 * one pair of people, and whoever runs the service is told. Nobody is stopped, since an outbreak is a reason too, and
 * nobody is named. What is counted is stored with what was done, so a restart forgets none of it.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { chunksOf } from '../chunks.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { IssuerMetrics } from '../metrics.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { CountedWindow, lastOver, type Counted } from './counted-window.ts';

export const MANUAL_PER_HOUR = 50;
export const MANUAL_PER_PAIR = 10;
const DELETED_AT_ONCE = 1_000;

export interface ManualAlarmDependencies {
  readonly store: Store;
  readonly tables: Pick<IssuerTables, 'manualChanges'>;
  readonly now: Clock;
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

export class ManualAlarm {
  readonly #deps: ManualAlarmDependencies;
  readonly #window = new CountedWindow();
  #last = 0;

  private constructor(deps: ManualAlarmDependencies) {
    this.#deps = deps;
  }

  /** With what was counted before the start, which is not told again; what is an hour old goes. */
  static async open(deps: ManualAlarmDependencies): Promise<ManualAlarm> {
    const alarm = new ManualAlarm(deps);
    const from = toUint64(Math.max(0, lastOver(Math.floor(deps.now() / 1000)) + 1));
    await deleteBefore(from, deps);
    for await (const { key, value } of deps.tables.manualChanges.entries({ from })) {
      alarm.#window.add({ at: readUint64(key), key, pair: value });
      alarm.#last = Math.max(alarm.#last, readUint64(key, 8));
    }
    return alarm;
  }

  /** What is to be stored with the change, and {@link note noted} when it is. */
  count({ at, people }: ManualChange): Counted {
    const key = concatBytes(toUint64(at), toUint64(++this.#last));
    return { at, key, pair: this.#deps.index.ofPeople(people) };
  }

  /** Adds it to the batch that stores the change; what is an hour old goes. */
  addTo(batch: WriteBatch, { at, key, pair }: Counted): void {
    for (const old of this.#window.over(at)) batch.delete(TABLES.manualChanges, old.key);
    batch.put(TABLES.manualChanges, key, pair);
  }

  note(change: Counted): void {
    this.#window.forget(change.at);
    this.#window.add(change);
    this.#deps.metrics.manualColours.inc();
    if (this.#window.size > MANUAL_PER_HOUR) this.#raise('hour', MANUAL_PER_HOUR);
    if (this.#window.sizeOf(change.pair) > MANUAL_PER_PAIR) this.#raise('pair', MANUAL_PER_PAIR);
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

/** In pages: nobody knows how many there are. */
async function deleteBefore(
  before: Uint8Array,
  { store, tables }: Pick<ManualAlarmDependencies, 'store' | 'tables'>,
): Promise<void> {
  for await (const rows of chunksOf(tables.manualChanges.entries({ before }), DELETED_AT_ONCE)) {
    const batch = new WriteBatch();
    for (const { key } of rows) batch.delete(TABLES.manualChanges, key);
    await store.commit(batch);
  }
}
