/** Facts that two people have revoked or superseded turn nobody's colour. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { HealthRecord } from '../../../core/record/record.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issueAll, IssuerHouse } from '../support/issuer-house.ts';
import { act, approve } from '../support/two-people.ts';
import { listed, NOW, personOf, positive, terms } from './support.ts';

const CODE = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;

async function stateOf(issuer: Issuer): Promise<string | undefined> {
  return (await issuer.health.shown(CODE.person))[0]?.state;
}

describe('a fact that two people have revoked', () => {
  it('gives no colour from then on, and the code that it gave ends with the next pass', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [positive(1)]);
    const red = await issuer.health.issue(CODE);
    expect(red.colour.state).to.equal('red');
    await issuer.settle();
    await act(issuer, { by: 'record', recordId: row?.recordId ?? '' });
    await issuer.settle();
    expect(await stateOf(issuer)).to.equal('green');
    expect(await listed(issuer, red.issued.credentials[0]?.handle)).to.equal('superseded');
    expect((await issuer.health.issue(CODE)).colour).to.include({ state: 'green', basis: 'rules' });
  });

  it('is followed after a restart, and by nobody whom it is not about', async () => {
    await using house = await IssuerHouse.create();
    {
      await using issuer = await house.open();
      const [row] = await issueAll(issuer, [positive(1), positive(2)]);
      for (const n of [1, 2]) await issuer.health.issue({ ...CODE, person: { subject: personOf(n) } });
      await issuer.settle();
      await act(issuer, { by: 'record', recordId: row?.recordId ?? '' });
    }
    await using issuer = await house.open();
    await issuer.settle();
    expect(await stateOf(issuer)).to.equal('green');
    expect((await issuer.health.shown({ subject: personOf(2) }))[0]?.state).to.equal('red');
    expect(await issuer.colourActs.after(0, 9)).to.have.length(3);
  });

  it('holds no further from the second that the act says', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [positive(1)]);
    await issuer.health.issue(CODE);
    await act(issuer, { by: 'record', recordId: row?.recordId ?? '' }, { effectiveFrom: NOW + 60 });
    await issuer.settle();
    expect(await stateOf(issuer)).to.equal('red');
    house.nowMs += 60_000;
    await issuer.settle();
    expect(await stateOf(issuer)).to.equal('green');
  });

  it('still counts when the act is on one of its codes, or suspends it', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [positive(1)]);
    await issuer.health.issue(CODE);
    await act(issuer, { by: 'credential', handle: row?.credentials[0]?.handle ?? '' });
    const recordId = row?.recordId ?? '';
    await act(issuer, { by: 'record', recordId }, { kind: 'suspend', reason: 'under-investigation' });
    await issuer.settle();
    expect((await issuer.health.issue(CODE)).colour.state).to.equal('red');
  });

  it('leaves its place to the corrected one', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [positive(1)]);
    await issuer.health.issue(CODE);
    const { legalBasis } = terms();
    // Of `positive`, so it is a test.
    const negative = { ...positive(1), result: 'sct|260415000' } as HealthRecord;
    const corrected = await issuer.correct({
      recordId: row?.recordId ?? '',
      row: { row: 1, record: negative },
      reason: 'record-corrected',
      legalBasis,
      notice: { en: 'This record was corrected.' },
    });
    if ('problems' in corrected) throw new Error('the correction was refused');
    expect(await stateOf(issuer)).to.equal('red');
    await approve(issuer, [corrected.act.id]);
    await issuer.settle();
    expect(await stateOf(issuer)).to.equal('green');
  });
});
