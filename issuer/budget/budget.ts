/**
 * Counts what is issued against the rules of `rules.ts`, a chunk of records at a time, and stops it: a chunk that would
 * go over a budget is refused as a whole, before anything of it is made, and somebody is told.
 *
 * Counts go to the disk in the very batch that stores the records, so they are never less than what was issued; after a
 * crash or a failed write they may be more, by the chunks that were under way. Subjects are kept under a keyed hash: a
 * practitioner's number stands neither in the store, nor in a log or metric.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { toHex } from '../../core/bytes/hex.ts';
import type { IssuableRecord } from '../../core/record/derived.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import type { IssuerMetrics } from '../metrics.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import type { BudgetConfig, BudgetRule, BudgetSubject } from './rules.ts';
import { newestPart, WindowCounter } from './window-counter.ts';

export interface BudgetDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  /** 32 bytes, secret. */
  readonly indexKey: Uint8Array;
  readonly metrics: Pick<IssuerMetrics, 'budgetExceeded' | 'budgetUsed'>;
  readonly log: Log;
  /** Unix seconds. */
  readonly nowSeconds: number;
}

/** A rule and a subject. */
interface Account {
  readonly rule: BudgetRule;
  /** 16 bytes: its key in the store. */
  readonly key: Uint8Array;
  readonly window: WindowCounter;
  /** When somebody was told last. */
  alarmedAtSeconds: number;
}

interface Spending {
  readonly account: Account;
  readonly count: number;
}

const KEY_BYTES = 16;
/** Whoever goes on against a closed door is told of once in so long; the metric counts every time. */
const ALARM_REST_SECONDS = 3600;
const NOBODY = '';

export class Budget {
  readonly #config: BudgetConfig;
  readonly #log: Log;
  readonly #hashKey: KeyObject;
  readonly #accounts = new Map<string, Account>();
  readonly #stored: Map<string, Uint8Array>;
  readonly #unwritten = new Set<Account>();
  readonly #metrics: BudgetDependencies['metrics'];

  private constructor(
    config: BudgetConfig,
    { indexKey, metrics, log }: BudgetDependencies,
    stored: Map<string, Uint8Array>,
  ) {
    this.#config = config;
    this.#log = log;
    this.#hashKey = createSecretKey(createHmac('sha256', indexKey).update('hcl/budget/1').digest());
    this.#stored = stored;
    this.#metrics = metrics;
  }

  /** Takes up the counts of before; forgets those that no rule looks back to. */
  static async open(config: BudgetConfig, deps: BudgetDependencies): Promise<Budget> {
    const longest = Math.max(0, ...config.rules.map(({ windowSeconds }) => windowSeconds));
    const stored = new Map<string, Uint8Array>();
    const forgotten = new WriteBatch();
    for await (const { key, value } of deps.tables.budgets.entries()) {
      if (newestPart(value) + 2 * longest < deps.nowSeconds) forgotten.delete(TABLES.budgets, key);
      else stored.set(toHex(key), value);
    }
    await deps.store.commit(forgotten);
    if (config.rules.length === 0)
      deps.log.warn({}, 'no issuing budget is set: nothing stops a stolen login');
    return new Budget(config, deps, stored);
  }

  /** Counts the records as issued, or throws `ISSUER_OVER_BUDGET` and counts none. */
  spend(records: readonly IssuableRecord[], nowMs: number): void {
    const atSeconds = Math.floor(nowMs / 1000);
    const rules = this.#config.rules.filter((rule) => isDuring(rule, atSeconds, this.#config));
    const spendings = rules.flatMap((rule) => this.#spendingsOf(rule, records));
    const exceeded = spendings.filter(
      ({ account, count }) => account.window.count(atSeconds) + count > account.rule.limit,
    );
    for (const { account } of exceeded) this.#alarm(account, atSeconds);
    const refused = exceeded.find(({ account }) => account.rule.action === 'refuse');
    if (refused !== undefined) {
      throw new IssuerError(
        'ISSUER_OVER_BUDGET',
        `the issuing budget "${refused.account.rule.name}" is used up: wait, or have it raised`,
      );
    }
    for (const { account, count } of spendings) {
      account.window.add(count, atSeconds);
      this.#metrics.budgetUsed.set(
        { rule: account.rule.name },
        account.window.count(atSeconds) / account.rule.limit,
      );
      this.#unwritten.add(account);
    }
  }

  /** Adds what was counted since the last call. */
  writeTo(batch: WriteBatch): void {
    for (const { key, window } of this.#unwritten) batch.put(TABLES.budgets, key, window.encode());
    this.#unwritten.clear();
  }

  #spendingsOf(rule: BudgetRule, records: readonly IssuableRecord[]): readonly Spending[] {
    const counts = new Map<string, number>();
    for (const record of records) {
      if (rule.types?.includes(record.type) === false) continue;
      const subject = subjectOf(record, rule.per);
      if (subject !== undefined) counts.set(subject, (counts.get(subject) ?? 0) + 1);
    }
    return [...counts].map(([subject, count]) => ({ account: this.#accountOf(rule, subject), count }));
  }

  #accountOf(rule: BudgetRule, subject: string): Account {
    const name = `${rule.name}\0${subject}`;
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const key = createHmac('sha256', this.#hashKey).update(name).digest().subarray(0, KEY_BYTES);
    const window = new WindowCounter(rule.windowSeconds, this.#stored.get(toHex(key)));
    const account: Account = { rule, key, window, alarmedAtSeconds: Number.NEGATIVE_INFINITY };
    this.#accounts.set(name, account);
    return account;
  }

  #alarm(account: Account, atSeconds: number): void {
    const { rule } = account;
    this.#metrics.budgetExceeded.inc({ rule: rule.name });
    if (atSeconds - account.alarmedAtSeconds < ALARM_REST_SECONDS) return;
    account.alarmedAtSeconds = atSeconds;
    const what = rule.action === 'refuse' ? 'issuing is stopped' : 'issuing goes on';
    this.#log.error(
      { code: 'ISSUER_OVER_BUDGET', count: rule.limit },
      `issuing budget "${rule.name}" is used up: ${what}`,
    );
  }
}

/** What the rule counts together: one for the issuer, none for a record that names nobody. */
function subjectOf(record: IssuableRecord, per: BudgetSubject): string | undefined {
  switch (per) {
    case 'issuer':
      return NOBODY;
    case 'practitioner':
      return textOf(record, 'practitioner');
    case 'site':
      return textOf(record, 'centre') ?? textOf(record, 'laboratory');
  }
}

/** Not every kind of record has the field. */
function textOf(record: IssuableRecord, field: string): string | undefined {
  const value: unknown = Reflect.get(record, field);
  return typeof value === 'string' ? value : undefined;
}

function isDuring({ hours }: BudgetRule, atSeconds: number, { utcOffsetMinutes }: BudgetConfig): boolean {
  if (hours === undefined) return true;
  const hour = Math.floor((((atSeconds / 60 + utcOffsetMinutes) % 1440) + 1440) / 60) % 24;
  const { from, until } = hours;
  return from < until ? hour >= from && hour < until : hour >= from || hour < until;
}
