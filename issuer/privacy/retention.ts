/**
 * How long records are kept, by type, counted in days from the day of issue; and the job that finds those whose
 * time is over. The index by day makes it read what is due and nothing else.
 *
 * Defaults are what was practised (docs/privacy.md has the sources): a test 31 days, a recovery 180, an exemption
 * 180, a declaration 4, a health code 1, a conversion 1, a pass 31. A vaccination stays until its person asks.
 */
import { CREDENTIAL_TYPES, type CredentialType } from '../../core/credential/credential-type.ts';
import { readUint32, readUint64, toUint32 } from '../../service/big-endian.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Clock } from '../../service/clock.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Range, type Store } from '../../service/store.ts';
import { chunksOf } from '../chunks.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import type { Erasure } from './erasure.ts';
import type { Holds } from './holds.ts';
import { dayOf, expiryKey } from './traces.ts';

/** Days; `undefined` = until somebody asks. */
export type RetentionDays = Readonly<Record<CredentialType, number | undefined>>;

export const DEFAULT_RETENTION_DAYS: RetentionDays = {
  vaccination: undefined,
  test: 31,
  recovery: 180,
  exemption: 180,
  declaration: 4,
  status: 1,
  conversion: 1,
  pass: 31,
};

export interface RetentionDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly erasure: Pick<Erasure, 'mark'>;
  readonly holds: Pick<Holds, 'isHeld'>;
  readonly days: RetentionDays;
  readonly now: Clock;
  readonly log: Log;
}

/** What the job would erase now. */
export interface RetentionCount {
  readonly type: CredentialType;
  readonly days: number | undefined;
  readonly expired: number;
  /** Over their time too, but under a legal hold. */
  readonly held: number;
}

/** The last day on which the job went through, u32. */
const DONE_THROUGH = toUtf8('retention-day');
const CHUNK_RECORDS = 500;
const DAY_MS = 86_400_000;

export class Retention {
  readonly #deps: RetentionDependencies;

  constructor(deps: RetentionDependencies) {
    this.#deps = deps;
  }

  /** Counts, and changes nothing. */
  async count(): Promise<readonly RetentionCount[]> {
    const counts: RetentionCount[] = [];
    for (const type of CREDENTIAL_TYPES) {
      const count = { expired: 0, held: 0 };
      for await (const number of this.#expired(type)) count[this.#isHeld(number) ? 'held' : 'expired']++;
      counts.push({ type, days: this.#deps.days[type], ...count });
    }
    return counts;
  }

  async isDue(): Promise<boolean> {
    const done = await this.#deps.tables.meta.get(DONE_THROUGH);
    return done === undefined || readUint32(done) < this.#today();
  }

  /** The next midnight (UTC), in the clock's milliseconds. */
  nextDueMs(): number {
    return (this.#today() + 1) * DAY_MS;
  }

  /** Marks everything whose time is over and that is not held; done for today when it got to the end. */
  async run(isStopping: () => boolean): Promise<void> {
    const { store, erasure, log } = this.#deps;
    const today = this.#today();
    let count = 0;
    for (const type of CREDENTIAL_TYPES) {
      for await (const numbers of chunksOf(this.#expired(type), CHUNK_RECORDS)) {
        if (isStopping()) return;
        count += await erasure.mark(numbers, 'retention-over');
      }
    }
    await store.commit(new WriteBatch().put(TABLES.meta, DONE_THROUGH, toUint32(today)));
    log.info({ count }, 'retention went through: so many records are over their time');
  }

  /** Numbers of the records of a type whose time is over. */
  async *#expired(type: CredentialType): AsyncGenerator<number> {
    const days = this.#deps.days[type];
    if (days === undefined) return;
    const firstKept = Math.max(0, this.#today() - days);
    const range: Range = { from: expiryKey(type, 0, 0), before: expiryKey(type, firstKept, 0) };
    for await (const { key } of this.#deps.tables.expiries.entries(range)) yield readUint64(key, 5);
  }

  #isHeld(number: number): boolean {
    return this.#deps.holds.isHeld(number);
  }

  #today(): number {
    return dayOf(this.#deps.now() / 1000);
  }
}

/** The day until which a record is kept, Unix seconds of its end; `undefined` = until somebody asks. */
export function keptUntilSeconds(
  type: CredentialType,
  issuedAtSeconds: number,
  days: RetentionDays,
): number | undefined {
  const kept = days[type];
  return kept === undefined ? undefined : (dayOf(issuedAtSeconds) + kept + 1) * (DAY_MS / 1000);
}
