/** Metrics of acts: how many stand where, and how long the oldest has waited for two people. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issueAll, IssuerHouse, vaccination } from '../support/issuer-house.ts';
import { act, approve, request } from '../support/two-people.ts';

const HOUR_MS = 3_600_000;
const AGE = 'hcl_issuer_oldest_pending_act_age_seconds';

describe('metrics of acts', () => {
  it('count them by how far they have come, and tell how long the oldest waits, over restarts', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    await issueAll(first, [vaccination(1), vaccination(2), vaccination(3)]);
    await first.settle();
    expect(await gauges(first)).to.deep.equal({ [AGE]: 0 });

    await act(first, { by: 'lot', lot: 'LOT1' });
    const oldest = await first.acts.propose(request({ by: 'lot', lot: 'LOT2' }));
    house.nowMs += HOUR_MS;
    const second = await first.acts.propose(request({ by: 'lot', lot: 'LOT3' }));
    house.nowMs += HOUR_MS;
    expect(await gauges(first)).to.deep.equal({ approved: 1, proposed: 2, [AGE]: 7200 });
    await first.settle();
    await first.acts.openBatch([oldest.id], { replace: true });
    expect(await gauges(first)).to.deep.equal({ anchored: 1, approving: 1, proposed: 1, [AGE]: 7200 });
    await first.close();

    await using issuer = await house.open();
    expect(await gauges(issuer)).to.deep.equal({ anchored: 1, approving: 1, proposed: 1, [AGE]: 7200 });
    await approve(issuer, [oldest.id]);
    expect(await gauges(issuer)).to.deep.equal({ anchored: 1, approved: 1, proposed: 1, [AGE]: 3600 });
    await issuer.acts.withdraw(second.id);
    await issuer.settle();
    expect(await gauges(issuer)).to.deep.equal({ anchored: 2, withdrawn: 1, [AGE]: 0 });
  });
});

/** Those of acts that are not 0, by state; and the age. */
async function gauges(issuer: Issuer): Promise<Readonly<Record<string, number>>> {
  const text = await issuer.metrics.registry.metrics();
  const counts = [...text.matchAll(/^hcl_issuer_acts\{state="(\w+)"\} ([1-9]\d*)$/gm)];
  const age = /^hcl_issuer_oldest_pending_act_age_seconds (\d+)$/m.exec(text)?.[1];
  return { ...Object.fromEntries(counts.map(([, state, n]) => [state, Number(n)])), [AGE]: Number(age) };
}
