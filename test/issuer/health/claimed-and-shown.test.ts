/** Somebody names a document as theirs, and somebody else comes with it, of whom nothing else is known: each has what is theirs. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Subject } from '../../../core/record/record.ts';
import type { IssuedStatus } from '../../../issuer/health/recolour.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { approve } from '../support/two-people.ts';
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
  it('gives its owner a code of their own, and not the red of whoever named it', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    await issuer.health.orders.place(orderOn(CLAIMER));
    const code = await codeFor(issuer, OWNER);
    expect(code.colour.state).to.equal('green');
    await issuer.settle();
    expect((await subjectIn(issuer, code)).nameZh).to.equal(OWNER.nameZh);
    expect(await stateOf(issuer, CLAIMER), 'nobody loses their own').to.equal('red');
    await expectRejects(() => codeFor(issuer, CLAIMING), 'HEALTH_PERSON_SPLIT');
    expect(await ordersUnderDocument(issuer)).to.deep.equal([]);
  });

  it('turns its owner red by an order on them, whose file there was none of, and nobody else', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    await issuer.health.orders.place(orderOn(OWNER, { reference: 'QO-OF-OWNER' }));
    expect(await stateOf(issuer, CLAIMER)).to.equal('green');
    expect(await stateOf(issuer, OWNER)).to.equal('red');
    expect(await ordersUnderDocument(issuer)).to.deep.equal(['QO-OF-OWNER']);
    await issueAll(issuer, [{ ...labTest(1), subject: OWNER }]);
    await issuer.settle();
    expect(await stateOf(issuer, OWNER), 'nor do they lose it with their first record').to.equal('red');
  });

  it('is ruled on as its owner’s', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    await approve(issuer, [await issuer.health.rule({ subject: OWNER }, terms())]);
    await issuer.settle();
    expect(await stateOf(issuer, CLAIMER)).to.equal('green');
    expect(await stateOf(issuer, OWNER)).to.equal('red');
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
    await expectRejects(() => codeFor(issuer, CLAIMER), 'HEALTH_PERSON_SPLIT');
    expect(await stateOf(issuer, OWNER)).to.equal('red');
  });

  it('is not its owner’s red, though an order on whoever claimed it in a record came first', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [{ ...labTest(1), subject: CLAIMING }]);
    await issuer.health.orders.place(orderOn(CLAIMER));
    expect(await stateOf(issuer, OWNER)).to.equal('green');
    house.nowMs += HOUR * 1000;
    expect((await issuer.health.shown({ subject: OWNER })).map(({ state }) => state)).to.deep.equal([
      'green',
    ]);
  });

  it('is taken from several who named it at the same time', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    const asked = Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0 ? codeFor(issuer, OWNER) : issuer.health.orders.place(orderOn(CLAIMER)),
    );
    await Promise.all(asked);
    expect(await stateOf(issuer, OWNER)).to.equal('green');
    expect(await stateOf(issuer, CLAIMER)).to.equal('red');
  });

  it('keeps nobody from elsewhere out: nothing is known of its owner that is not of them', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, CLAIMING);
    expect(await issuer.health.isAllOf(OWNER)).to.equal(true);
    expect(await issuer.health.isAllOf(ALIKE)).to.equal(false);
    await codeFor(issuer, OWNER);
    expect(await issuer.health.isAllOf(OWNER)).to.equal(true);
    expect(await issuer.health.isAllOf(CLAIMER_AGAIN)).to.equal(false);
  });
});

async function codeFor(issuer: Issuer, subject: Subject): Promise<IssuedStatus> {
  return await issuer.health.issue({ person: { subject }, scheme: 'HK-HC' });
}

async function stateOf(issuer: Issuer, subject: Subject): Promise<string> {
  return (await codeFor(issuer, subject)).colour.state;
}

async function subjectIn(
  issuer: Issuer,
  { issued }: IssuedStatus,
): Promise<ReturnType<typeof parseClaims>['subject']> {
  const code = await issuer.code(issued.credentials[1]?.handle ?? '');
  return parseClaims(decodeCode(code).payloadBytes).subject;
}

async function ordersUnderDocument(issuer: Issuer): Promise<readonly string[]> {
  const { health } = await issuer.privacy.report({ document: DOCUMENT }, 'subject-access');
  return health.flatMap(({ orders }) => orders.map(({ reference }) => reference));
}
