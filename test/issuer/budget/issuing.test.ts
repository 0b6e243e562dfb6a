/** The budget where it stands: in the way of records, also through HTTP, also after a crash. */
import type { LightMyRequestResponse } from 'fastify';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { HealthRecord } from '../../../core/record/record.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import { BUDGET_DEFAULTS, budgetRules, type BudgetConfig } from '../../../issuer/budget/rules.ts';
import { collect, issueAll, IssuerHouse, rowsOf, START_MS, vaccination } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';

const budget: BudgetConfig = {
  rules: budgetRules({ ...BUDGET_DEFAULTS, perHour: 30 }),
  utcOffsetMinutes: 480,
};

function vaccinations(count: number, first = 0): ReturnType<typeof vaccination>[] {
  return Array.from({ length: count }, (_, i) => vaccination(first + i));
}

/** As intake takes it: no digit in a name, and a document number without a check digit. */
function withPassport(n: number): HealthRecord {
  const { subject, ...record } = vaccination(n);
  return {
    ...record,
    subject: { ...subject, nameEn: 'SPECIMEN, PERSON', docType: 'PASSPORT', docNumber: `K0000000${n}` },
  };
}

describe('issuing on a budget', () => {
  it('stops at it, and goes on when the hour is over', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open({ config: { budget } });
    await issueAll(issuer, vaccinations(30));
    await expectRejects(() => collect(issuer.issueRows(rowsOf([vaccination(30)]))), 'ISSUER_OVER_BUDGET');
    house.nowMs = START_MS + 2 * 3_600_000;
    expect(await issueAll(issuer, [vaccination(30)])).to.have.lengthOf(1);
  });

  it('does not count what was issued before, nor the same record twice in a file', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open({ config: { budget } });
    await issueAll(issuer, vaccinations(30));
    const again = await issueAll(issuer, vaccinations(30));
    expect(again.every(({ duplicate }) => duplicate)).to.equal(true);
    house.nowMs = START_MS + 2 * 3_600_000;
    const twice = await issueAll(issuer, [...vaccinations(30, 100), ...vaccinations(30, 100)]);
    expect(twice.filter(({ duplicate }) => !duplicate)).to.have.lengthOf(30);
  });

  it('counts again from the disk after a crash, and remembers no row that it refused', async () => {
    await using house = await IssuerHouse.create();
    {
      await using issuer = await house.open({ config: { budget } });
      await issueAll(issuer, vaccinations(20));
    }
    await using issuer = await house.open({ config: { budget } });
    const file = rowsOf(vaccinations(11, 20));
    await expectRejects(() => collect(issuer.issueRows(file)), 'ISSUER_OVER_BUDGET');
    const rest = await issueAll(issuer, vaccinations(10, 20));
    expect(rest.every(({ duplicate }) => !duplicate)).to.equal(true);
  });

  it('answers 403 with its code within the request, and says so in the metrics', async function () {
    // The first service of a process loads fastify's plugins and the pages of /docs.
    this.timeout(15_000);
    await using house = await IssuerHouse.create();
    const tight = { ...budget, rules: budgetRules({ ...BUDGET_DEFAULTS, perHour: 1 }) };
    await using issuer = await house.open({ config: { budget: tight } });
    const operatorToken = 'operator-token-of-the-test-1234567890';
    const app = await buildIssuerApp({
      issuer,
      operatorToken,
      now: () => house.nowMs,
      limits: { maxEventLoopDelayMs: 0 },
    });
    const post = async (n: number): Promise<LightMyRequestResponse> =>
      await app.inject({
        method: 'POST',
        url: '/records',
        headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
        payload: JSON.stringify(withPassport(n)),
      });
    expect((await post(1)).statusCode).to.equal(200);
    const refused = await post(2);
    expect(refused.statusCode).to.equal(403);
    expect(refused.json()).to.include({ code: 'ISSUER_OVER_BUDGET' });
    expect((await post(1)).json().summary).to.include({ duplicates: 1 });
    const metrics = await app.inject({ method: 'GET', url: '/metrics' });
    expect(metrics.body).to.match(/hcl_issuer_budget_exceeded_total\{rule="hour"\} 1/);
    await app.close();
  });
});
