import { describe, it } from 'mocha';
import { expect } from 'chai';
import { Scheduler } from '../../issuer/scheduler.ts';
import { issueAll, IssuerHouse, vaccination } from './support/issuer-house.ts';

describe('the issuer on its own', () => {
  it('batches, anchors and releases without being told', async () => {
    await using house = await IssuerHouse.create();
    const windowMs = { short: 20, long: 20 };
    await using issuer = await house.open({ config: { windowMs }, ports: { now: Date.now } });
    const anchored = house.ledger.afterBatches(2);
    issuer.start();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await anchored;
    await issuer.pass();
    expect((await issuer.record(row?.recordId ?? '')).credentials[0]?.state).to.equal('released');
  });

  it('tries again after a pass that failed, and stops when asked', async () => {
    let passes = 0;
    const attempts: number[] = [];
    const done = Promise.withResolvers<void>();
    await using scheduler = new Scheduler({
      now: () => 0,
      nextDueMs: () => (passes < 2 ? 0 : undefined),
      onFailure: (_error, attempt) => attempts.push(attempt),
      pass: async () => {
        passes++;
        if (passes === 1) throw new Error('the ledger is down');
        done.resolve();
      },
    });
    scheduler.start();
    await done.promise;
    await scheduler.stop();
    expect({ passes, attempts }).to.deep.equal({ passes: 2, attempts: [1] });
  });
});
