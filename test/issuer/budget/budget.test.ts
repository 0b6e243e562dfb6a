/**
 * K5: the volume brake, over synthetic histories with an injected clock. What must be stopped has happened elsewhere: one
 * doctor's 3,196 exemptions in 90 days (Hong Kong, 2022), a thousand certificates in one night through a stolen login
 * (a German pharmacy, 2021). Between them an issuer's ordinary months must pass without an alarm.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import type { HealthRecord } from '../../../core/record/record.ts';
import { Budget } from '../../../issuer/budget/budget.ts';
import { BUDGET_DEFAULTS, budgetRules, readBudgetConfig } from '../../../issuer/budget/rules.ts';
import { createIssuerMetrics, type IssuerMetrics } from '../../../issuer/metrics.ts';
import { readersOf } from '../../../issuer/store.ts';
import { readEnv } from '../../../service/config.ts';
import type { Log, LogFields } from '../../../service/logging.ts';
import { silentLogger } from '../../../service/logging.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';
import { Random } from '../../support/random.ts';
import { testSeed } from '../../support/scale.ts';
import { vaccination } from '../support/issuer-house.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Midnight in Hong Kong, a Sunday. */
const MIDNIGHT_MS = Date.UTC(2022, 4, 28, 16);
const DAYS = 90;
const DOCTOR = 'M09999';
const DEFAULTS = readBudgetConfig(readEnv({}, 'HCL_ISSUER_'));

interface Issued {
  readonly atMs: number;
  readonly record: HealthRecord;
}

/** Records know no exemption of their own here: the budget looks at type and practitioner alone. */
function exemption(practitioner: string): HealthRecord {
  return { ...vaccination(1), type: 'exemption', practitioner } as unknown as HealthRecord;
}

function vaccinationBy(practitioner: string): HealthRecord {
  return { ...vaccination(1), practitioner } as HealthRecord;
}

/** Ninety days of an ordinary issuer: 300 vaccinations a working day, a dozen at night, 40 doctors with a few exemptions. */
function ordinary(random: () => number): Issued[] {
  const history: Issued[] = [];
  for (let day = 0; day < DAYS; day++) {
    const at = (fromHour: number, hours: number): number =>
      MIDNIGHT_MS + day * DAY_MS + (fromHour + random() * hours) * HOUR_MS;
    const isWeekend = day % 7 === 0 || day % 7 === 6;
    for (let i = 0; i < (isWeekend ? 60 : 300); i++) {
      history.push({ atMs: at(9, 9), record: vaccinationBy(`M0${1000 + Math.floor(random() * 40)}`) });
    }
    for (let i = 0; i < 12; i++) history.push({ atMs: at(0, 6), record: vaccinationBy('M01001') });
    for (let doctor = 0; doctor < 40; doctor++) {
      if (!isWeekend && random() < 0.7) {
        history.push({ atMs: at(9, 9), record: exemption(`M0${1000 + doctor}`) });
      }
    }
  }
  return history;
}

function hongKong(random: () => number): Issued[] {
  return Array.from({ length: 3196 }, (_, i) => ({
    atMs: MIDNIGHT_MS + Math.floor((i * DAYS) / 3196) * DAY_MS + (9 + random() * 9) * HOUR_MS,
    record: exemption(DOCTOR),
  }));
}

function nightBurst(random: () => number): Issued[] {
  return Array.from({ length: 1000 }, () => ({
    // From 22:30 on the sixtieth day to 05:30.
    atMs: MIDNIGHT_MS + 60 * DAY_MS + (22.5 + random() * 7) * HOUR_MS,
    record: vaccinationBy('M01002'),
  }));
}

describe('K5: the issuing budget', () => {
  let folder: string;
  let store: Store;
  let alarms: { readonly fields: LogFields; readonly message: string }[];
  let log: Log;
  let metrics: IssuerMetrics;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-budget-'));
    store = await Store.open(folder);
    alarms = [];
    log = Object.assign(Object.create(silentLogger) as Log, {
      error: (fields: LogFields, message: string) => alarms.push({ fields, message }),
    });
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  function open(config = DEFAULTS, nowMs = MIDNIGHT_MS): Promise<Budget> {
    metrics = createIssuerMetrics();
    const indexKey = new Uint8Array(32).fill(7);
    const nowSeconds = nowMs / 1000;
    return Budget.open(config, { store, tables: readersOf(store), indexKey, metrics, log, nowSeconds });
  }

  /** Issues one by one; those that were refused. */
  async function replay(history: readonly Issued[]): Promise<readonly Issued[]> {
    const budget = await open();
    const inOrder = [...history].sort((a, b) => a.atMs - b.atMs);
    return inOrder.filter(
      ({ record, atMs }) => codeThrownBy(() => budget.spend([record], atMs)) === 'ISSUER_OVER_BUDGET',
    );
  }

  const source = new Random(testSeed);
  const random = (): number => source.uint32() / 2 ** 32;

  it('lets ninety ordinary days pass without one alarm', async () => {
    expect(await replay(ordinary(random))).to.deep.equal([]);
    expect(alarms).to.deep.equal([]);
  });

  it('stops the one doctor of the Hong Kong pattern at the limit, and nobody else', async () => {
    const refused = await replay([...ordinary(random), ...hongKong(random)]);
    const isDoctors = ({ record }: Issued): boolean => Reflect.get(record, 'practitioner') === DOCTOR;
    expect(refused.every(isDoctors)).to.equal(true);
    expect(refused).to.have.lengthOf(3196 - BUDGET_DEFAULTS.exemptionsPerPractitioner);
    // Ninth day: 300 of 35 a day.
    expect(refused[0]!.atMs).to.be.lessThan(MIDNIGHT_MS + 9 * DAY_MS);
    expect(alarms.length).to.be.greaterThan(0);
    expect(alarms[0]!.message).to.match(/"exemptions-per-practitioner" is used up: issuing is stopped/);
    expect(JSON.stringify(alarms)).not.to.include(DOCTOR);
    const page = await metrics.registry.metrics();
    expect(page).to.match(/budget_exceeded_total\{rule="exemptions-per-practitioner"\} 2896/);
    expect(page).not.to.include(DOCTOR);
  });

  it('stops the night burst within the night, and day work goes on in the morning', async () => {
    const refused = await replay([...ordinary(random), ...nightBurst(random)]);
    expect(refused.length).to.be.within(
      1000 - BUDGET_DEFAULTS.perNight,
      1000 - BUDGET_DEFAULTS.perNight + 24,
    );
    const morning = MIDNIGHT_MS + 61 * DAY_MS + 6 * HOUR_MS;
    expect(refused.every(({ atMs }) => atMs < morning)).to.equal(true);
    expect(new Set(alarms.map(({ message }) => message))).to.deep.equal(
      new Set(['issuing budget "night" is used up: issuing is stopped']),
    );
    // Once an hour while somebody keeps trying, not once a record.
    expect(alarms.length).to.be.within(1, 8);
  });

  it('over one hour or one day refuses the chunk that would exceed it as a whole, and counts nothing of it', async () => {
    const rules = budgetRules({ ...BUDGET_DEFAULTS, perHour: 100, perDay: 150, perNight: 1000 });
    const budget = await open({ ...DEFAULTS, rules });
    const many = (count: number): HealthRecord[] => Array.from({ length: count }, (_, n) => vaccination(n));
    const noon = MIDNIGHT_MS + 12 * HOUR_MS;
    budget.spend(many(60), noon);
    expectThrows(() => budget.spend(many(41), noon), 'ISSUER_OVER_BUDGET');
    budget.spend(many(40), noon);
    expectThrows(() => budget.spend(many(1), noon + HOUR_MS / 2), 'ISSUER_OVER_BUDGET');
    budget.spend(many(50), noon + 2 * HOUR_MS);
    expectThrows(() => budget.spend(many(1), noon + 4 * HOUR_MS), 'ISSUER_OVER_BUDGET');
    budget.spend(many(100), noon + 26 * HOUR_MS);
  });

  it('only alarms where the rule says so', async () => {
    const rule = { name: 'site', per: 'site', windowSeconds: 3600, limit: 1, action: 'alarm' } as const;
    const budget = await open({ ...DEFAULTS, rules: [rule] });
    for (let i = 0; i < 3; i++) budget.spend([vaccination(i)], MIDNIGHT_MS);
    expect(alarms.map(({ message }) => message)).to.deep.equal([
      'issuing budget "site" is used up: issuing goes on',
    ]);
  });

  it('is remembered after a restart, under a name that says nothing', async () => {
    const before = await open();
    before.spend(
      Array.from({ length: 300 }, () => exemption(DOCTOR)),
      MIDNIGHT_MS + 12 * HOUR_MS,
    );
    const batch = new WriteBatch();
    before.writeTo(batch);
    await store.commit(batch);
    for (const { key, value } of batch.operations) {
      expect(Buffer.from(key).toString('latin1')).not.to.include(DOCTOR);
      expect(Buffer.from(value ?? []).toString('latin1')).not.to.include(DOCTOR);
    }
    await store.close();
    store = await Store.open(folder);
    const after = await open();
    expectThrows(() => after.spend([exemption(DOCTOR)], MIDNIGHT_MS + 13 * HOUR_MS), 'ISSUER_OVER_BUDGET');
    after.spend([exemption('M01001')], MIDNIGHT_MS + 13 * HOUR_MS);
    after.spend([exemption(DOCTOR)], MIDNIGHT_MS + 95 * DAY_MS);
  });

  it('forgets what no rule looks back to', async () => {
    const before = await open();
    before.spend([exemption(DOCTOR)], MIDNIGHT_MS);
    const batch = new WriteBatch();
    before.writeTo(batch);
    await store.commit(batch);
    const count = async (): Promise<number> => {
      let entries = 0;
      for await (const _ of readersOf(store).budgets.entries()) entries++;
      return entries;
    };
    await open();
    expect(await count()).to.equal(4);
    await open(DEFAULTS, MIDNIGHT_MS + 365 * DAY_MS);
    expect(await count()).to.equal(0);
  });
});

describe('settings of the issuing budget', () => {
  const read = (environment: Record<string, string>): ReturnType<typeof readBudgetConfig> =>
    readBudgetConfig(readEnv(environment, 'HCL_ISSUER_'));

  it('come from the environment', () => {
    const { rules, utcOffsetMinutes } = read({
      HCL_ISSUER_BUDGET_HOUR: '7',
      HCL_ISSUER_UTC_OFFSET: '-03:30',
    });
    expect(rules.find(({ name }) => name === 'hour')?.limit).to.equal(7);
    expect(utcOffsetMinutes).to.equal(-210);
  });

  it('are refused when they are none', () => {
    expectThrows(() => read({ HCL_ISSUER_UTC_OFFSET: '8' }), 'CONFIG_INVALID');
    expectThrows(() => read({ HCL_ISSUER_BUDGET_DAY: '0' }), 'CONFIG_INVALID');
  });
});
