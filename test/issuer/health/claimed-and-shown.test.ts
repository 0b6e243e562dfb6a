/** Somebody names a document as theirs, and somebody else comes with it, of whom nothing else is known: nobody gets what is not theirs. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Subject } from '../../../core/record/record.ts';
import type { IssuedStatus } from '../../../issuer/health/recolour.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { HOUR, listed, orderOn, personOf, terms } from './support.ts';

const CLAIMER = personOf(1);
const DOCUMENT = { docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' } as const;
const CLAIMING: Subject = { ...CLAIMER, linked: [DOCUMENT] };
const OWNER: Subject = { ...CLAIMER, ...DOCUMENT, nameZh: '另一人', dob: '1975' };
/** The claimer's birth date: another spelling of their name, or somebody else's. */
const ALIKE: Subject = { ...OWNER, dob: CLAIMER.dob };
/** The claimer themselves, with the other document. */
const CLAIMER_AGAIN: Subject = { ...CLAIMER, ...DOCUMENT };

describe('a document that one has named and somebody else shows', () => {
  it('gives somebody born on another day no code, and leaves with whoever named it what they have', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const code = await codeFor(issuer, CLAIMING);
    await expectNoCode(issuer, OWNER);
    await issuer.settle();
    expect(await listed(issuer, code.issued.credentials[0]?.handle)).to.equal('valid');
    await issuer.health.orders.place(orderOn(CLAIMER));
    await expectNoCode(issuer, OWNER);
    expect(await stateOf(issuer, CLAIMING)).to.equal('red');
  });

  it('has a file of its own for an order on its owner, and neither gives a code until a record tells whose it is', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const code = await codeFor(issuer, CLAIMING);
    await issuer.settle();
    await issuer.health.orders.place(orderOn(OWNER, { reference: 'QO-OF-OWNER' }));
    await issuer.settle();
    expect(await listed(issuer, code.issued.credentials[0]?.handle)).to.equal('superseded');
    await expectNoCode(issuer, CLAIMER);
    await expectNoCode(issuer, OWNER);
    expect(await ordersUnderDocument(issuer)).to.deep.equal(['QO-OF-OWNER']);
    await issueAll(issuer, [{ ...labTest(1), subject: OWNER }]);
    await issuer.settle();
    expect(await stateOf(issuer, OWNER), 'nor do they lose it with their first record').to.equal('red');
    expect(await stateOf(issuer, CLAIMER), 'it was never theirs').to.equal('green');
  });

  it('is not ruled on before anybody can tell whose it is, and one officer alone takes nobody’s codes', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [{ ...labTest(1), subject: CLAIMING }]);
    await issuer.settle();
    const code = await codeFor(issuer, CLAIMER);
    await expectRejects(() => issuer.health.rule({ subject: OWNER }, terms()), 'HEALTH_PERSON_SPLIT');
    await issuer.settle();
    expect(await listed(issuer, code.issued.credentials[0]?.handle)).to.equal('valid');
    expect(await stateOf(issuer, CLAIMER)).to.equal('green');
  });

  it('leads to the order of whoever named it, when it is they who show it', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    await issuer.health.orders.place(orderOn(CLAIMER_AGAIN));
    expect(await stateOf(issuer, CLAIMER)).to.equal('red');
    expect(await stateOf(issuer, CLAIMER_AGAIN)).to.equal('red');
  });

  it('gives nobody a code under another name with the same birth date, since that may be the same person', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    await issuer.health.orders.place(orderOn(CLAIMER));
    await expectRejects(() => codeFor(issuer, ALIKE), 'HEALTH_PERSON_SPLIT');
    await expectRejects(() => issuer.health.colourOf({ subject: ALIKE }, 'HK-HC'), 'HEALTH_PERSON_SPLIT');
    // An order is entered all the same, where the document leads.
    await issuer.health.orders.place(orderOn(ALIKE, { reference: 'QO-OF-ALIKE' }));
    expect(await ordersUnderDocument(issuer)).to.include('QO-OF-ALIKE');
  });

  it('ends the codes of a person whose record names it, and gives them none until that is corrected', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [{ ...labTest(1), subject: CLAIMING }]);
    const [venue] = (await codeFor(issuer, CLAIMER)).issued.credentials;
    // The record is followed before anything is known of the owner.
    await issuer.settle();
    await issuer.health.orders.place(orderOn(OWNER));
    await issuer.settle();
    expect(await listed(issuer, venue?.handle)).to.equal('superseded');
    await expectNoCode(issuer, CLAIMER);
    await expectNoCode(issuer, OWNER);
    await issueAll(issuer, [{ ...labTest(1), subject: OWNER }]);
    await expectNoCode(issuer, CLAIMER);
    expect(await stateOf(issuer, OWNER)).to.equal('red');
  });

  it('is not its owner’s red with their first record, though an order on whoever claimed it came first', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [{ ...labTest(1), subject: CLAIMING }]);
    await issuer.health.orders.place(orderOn(CLAIMER));
    await expectNoCode(issuer, OWNER);
    await issueAll(issuer, [{ ...labTest(1), subject: OWNER }]);
    expect(await stateOf(issuer, OWNER)).to.equal('green');
    house.nowMs += HOUR * 1000;
    expect((await issuer.health.shown({ subject: OWNER })).map(({ state }) => state)).to.deep.equal([
      'green',
    ]);
  });

  it('is disputed once, however many orders on its owner come at the same time', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    const orders = Array.from({ length: 20 }, (_, i) =>
      issuer.health.orders.place(orderOn(i % 2 === 0 ? OWNER : CLAIMER, { reference: `QO-${i}` })),
    );
    await Promise.all(orders);
    expect(await ordersUnderDocument(issuer)).to.have.length(10);
    await expectNoCode(issuer, OWNER);
    await expectNoCode(issuer, CLAIMER);
  });

  it('is not all of whoever comes with it from elsewhere, while somebody else has named it', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    expect(await issuer.health.isAllOf(OWNER)).to.equal(false);
    expect(await issuer.health.isAllOf(ALIKE)).to.equal(false);
    await issueAll(issuer, [{ ...labTest(1), subject: OWNER }]);
    expect(await issuer.health.isAllOf(OWNER)).to.equal(true);
    expect(await issuer.health.isAllOf(CLAIMER_AGAIN)).to.equal(false);
  });
});

async function codeFor(issuer: Issuer, subject: Subject): Promise<IssuedStatus> {
  return await issuer.health.issue({ person: { subject }, scheme: 'HK-HC' });
}

async function expectNoCode(issuer: Issuer, subject: Subject): Promise<void> {
  await expectRejects(() => codeFor(issuer, subject), 'HEALTH_PERSON_SPLIT');
}

async function stateOf(issuer: Issuer, subject: Subject): Promise<string> {
  return (await codeFor(issuer, subject)).colour.state;
}

async function ordersUnderDocument(issuer: Issuer): Promise<readonly string[]> {
  const { health } = await issuer.privacy.report({ document: DOCUMENT }, 'subject-access');
  return health.flatMap(({ orders }) => orders.map(({ reference }) => reference));
}
