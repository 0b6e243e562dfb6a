import { describe, it } from 'mocha';
import { expect } from 'chai';
import { DEFAULT_RETENTION_DAYS, type RetentionDays } from '../../issuer/privacy/retention.ts';
import { PRIVACY_DEFAULTS } from '../../issuer/privacy/config.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { issueAll, IssuerHouse, labTest, vaccination } from '../issuer/support/issuer-house.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';
import { FailingWrites } from './support/failing-store.ts';

const DAY_MS = 86_400_000;

describe('retention', () => {
  it('keeps a test 31 days from the day of issue and not one longer, a vaccination until somebody asks', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [test, dose] = await issueAll(issuer, [labTest(1), vaccination(1)]);
    house.nowMs += 31 * DAY_MS;
    await issuer.privacy.pass({ force: false });
    expect((await issuer.record(test?.recordId ?? '')).type).to.equal('test');
    house.nowMs += DAY_MS;
    expect(await expiredOf(issuer)).to.deep.equal({ test: 1 });
    await issuer.privacy.pass({ force: false });
    await expectRejects(() => issuer.record(test?.recordId ?? ''), 'RECORD_NOT_FOUND');
    house.nowMs += 36_500 * DAY_MS;
    await issuer.privacy.pass({ force: false });
    expect((await issuer.record(dose?.recordId ?? '')).type).to.equal('vaccination');
  });

  it('erases as erasure does: revoked, accounted for, and dead within a day', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [labTest(1)]);
    await issuer.settle();
    house.nowMs += 32 * DAY_MS;
    await issuer.privacy.pass({ force: false });
    expect(await issuer.privacy.erasure(row?.recordId ?? '')).to.include({
      stage: 'erased',
      ground: 'retention-over',
    });
    house.nowMs += DAY_MS / 2;
    await issuer.privacy.pass({ force: false });
    expect((await issuer.privacy.erasure(row?.recordId ?? '')).stage).to.equal('dead');
  });

  it('counts without changing anything, and reads its periods from the settings', async () => {
    await using house = await IssuerHouse.create();
    const retentionDays: RetentionDays = { ...DEFAULT_RETENTION_DAYS, vaccination: 10, test: undefined };
    await using issuer = await house.open({ config: { privacy: { ...PRIVACY_DEFAULTS, retentionDays } } });
    const [test, dose] = await issueAll(issuer, [labTest(1), vaccination(1)]);
    house.nowMs += 11 * DAY_MS;
    expect(await expiredOf(issuer)).to.deep.equal({ vaccination: 1 });
    expect(await expiredOf(issuer)).to.deep.equal({ vaccination: 1 });
    await issuer.record(dose?.recordId ?? '');
    await issuer.privacy.pass({ force: false });
    await expectRejects(() => issuer.record(dose?.recordId ?? ''), 'RECORD_NOT_FOUND');
    await issuer.record(test?.recordId ?? '');
  });

  it('runs once a day, and again when it was cut short', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const rows = await issueAll(first, [labTest(1), labTest(2), labTest(3)]);
    house.nowMs += 40 * DAY_MS;
    for (const at of [1, 2, 3]) {
      using _failing = new FailingWrites(at, 'kept');
      await first.privacy.pass({ force: false }).catch(() => undefined);
    }
    await first.close();
    await using second = await house.open();
    await second.privacy.pass({ force: false });
    for (const { recordId } of rows) await expectRejects(() => second.record(recordId), 'RECORD_NOT_FOUND');
    expect(await expiredOf(second)).to.deep.equal({});
  });
});

async function expiredOf(issuer: Issuer): Promise<Readonly<Record<string, number>>> {
  const counts = await issuer.privacy.retention();
  return Object.fromEntries(counts.flatMap(({ type, expired }) => (expired === 0 ? [] : [[type, expired]])));
}
