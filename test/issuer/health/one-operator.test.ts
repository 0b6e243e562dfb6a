/** One person with the operator's token turns nobody's colour alone, by erasures and releases either. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { parseColourAct } from '../../../core/health/colour-act.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { HOUR, orderOn, personOf, positive } from './support.ts';

const CODE = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;

describe('one operator', () => {
  it('does not erase the record that a colour rests on, before its days are over', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [first, second, negative] = await issueAll(issuer, [
      positive(1),
      positive(1, '2022-12-21T16:10:00+08:00'),
      labTest(1),
    ]);
    const erase = (recordId = ''): Promise<unknown> => issuer.privacy.erase(recordId, 'subject-request');
    await erase(negative?.recordId);
    // Each alone gives the colour, so one of them may go, whoever is first; the person has no code yet.
    const tried = await Promise.allSettled([erase(first?.recordId), erase(second?.recordId)]);
    expect(tried.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    expect((await issuer.health.issue(CODE)).colour).to.include({ state: 'red', ground: 'hcl|case' });
    await expectRejects(() => erase(second?.recordId), 'RECORD_GIVES_COLOUR');
    house.nowMs += 20 * 24 * HOUR * 1000;
    await erase(second?.recordId);
    await erase(second?.recordId);
    await expectRejects(() => issuer.recordContent(second?.recordId ?? ''), 'RECORD_NOT_FOUND');
  });

  it('does not release an order under one name, however it is written', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const { id } = await issuer.health.orders.place(orderOn(personOf(1)));
    await issuer.health.issue(CODE);
    for (const enteredBy of ['HO-17', ' ho-17', 'ＨＯ-17', 'HO- 17']) {
      const release = { releasedBy: 'HO-17', enteredBy };
      await expectRejects(() => issuer.health.orders.release(id, release), 'ORDER_INVALID');
    }
    await issuer.health.orders.release(id, { releasedBy: 'HO-17', enteredBy: 'OP-3' });
    const acts = (await issuer.colourActs.after(0, 9)).map(({ bytes }) => parseColourAct(bytes));
    expect(acts.at(-1)).to.include({ from: 'red', to: 'green', cause: 'release' });
  });
});
