/** Somebody names a document as theirs before anything is known of its owner: once a record is, each has what is theirs. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { HealthRecord, Subject } from '../../../core/record/record.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import type { AccessTarget } from '../../../issuer/privacy/access-report.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { orderOn, personOf, positive } from './support.ts';

const CLAIMER = personOf(1);
const DOCUMENT = { docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' } as const;
const OWNER: Subject = { ...CLAIMER, ...DOCUMENT, nameZh: '另一人', dob: '1975' };
const CLAIMING: Subject = { ...CLAIMER, linked: [DOCUMENT] };

describe('a document that somebody else named first', () => {
  it('does not lead its owner’s report to the orders of whoever named it, by document or by record', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await claimUnderOrder(issuer);
    const recordId = await ownersRecord(issuer);
    for (const isFollowed of [false, true]) {
      if (isFollowed) await issuer.settle();
      for (const target of [{ document: DOCUMENT }, { recordId }])
        expect(await ordersFor(issuer, target), Object.keys(target).join()).to.deep.equal([]);
    }
    const { docType, docNumber, docIssuer } = CLAIMER;
    expect(await ordersFor(issuer, { document: { docType, docNumber, docIssuer } })).to.deep.equal([
      'QO-OF-CLAIMER',
    ]);
  });

  it('does not turn its owner red by such an order, whether or not the record was followed', async () => {
    for (const isFollowed of [false, true]) {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      await claimUnderOrder(issuer);
      await ownersRecord(issuer);
      if (isFollowed) await issuer.settle();
      expect(await colourOf(issuer, OWNER)).to.equal('green');
      expect(await colourOf(issuer, CLAIMER)).to.equal('red');
      await expectRejects(() => colourOf(issuer, CLAIMING), 'HEALTH_PERSON_SPLIT');
      expect(await colourOf(issuer, OWNER), 'nor by naming it again').to.equal('green');
    }
  });

  it('does not turn whoever named it by a result of its owner', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await colourOf(issuer, CLAIMING);
    await ownersRecord(issuer, positive(1));
    await issuer.settle();
    expect((await issuer.health.shown({ subject: CLAIMER })).map(({ state }) => state)).to.deep.equal([
      'green',
    ]);
    expect(await colourOf(issuer, OWNER)).to.equal('red');
  });

  it('leads to a file of its owner’s with the first order on them', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await colourOf(issuer, CLAIMING);
    await ownersRecord(issuer);
    await issuer.health.orders.place(orderOn(OWNER, { reference: 'QO-OF-OWNER' }));
    expect(await ordersFor(issuer, { document: DOCUMENT })).to.deep.equal(['QO-OF-OWNER']);
    expect(await colourOf(issuer, CLAIMER)).to.equal('green');
  });
});

async function claimUnderOrder(issuer: Issuer): Promise<void> {
  await colourOf(issuer, CLAIMING);
  await issuer.health.orders.place(orderOn(CLAIMER, { reference: 'QO-OF-CLAIMER' }));
}

async function ownersRecord(issuer: Issuer, record: HealthRecord = labTest(1)): Promise<string> {
  const [row] = await issueAll(issuer, [{ ...record, subject: OWNER }]);
  return row?.recordId ?? '';
}

/** That of a code that is issued. */
async function colourOf(issuer: Issuer, subject: Subject): Promise<string> {
  return (await issuer.health.issue({ person: { subject }, scheme: 'HK-HC' })).colour.state;
}

async function ordersFor(issuer: Issuer, target: AccessTarget): Promise<readonly string[]> {
  const { health } = await issuer.privacy.report(target, 'subject-access');
  return health.flatMap(({ orders }) => orders.map(({ reference }) => reference));
}
