/** One person with two documents has one health file, however they came to be known under both. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { parseColourAct } from '../../../core/health/colour-act.ts';
import type { Subject } from '../../../core/record/record.ts';
import type { IssuedStatus } from '../../../issuer/health/recolour.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { approve } from '../support/two-people.ts';
import { HOUR, listed, NOW, orderOn, personOf, positive, terms } from './support.ts';

const PASSPORT = personOf(1);
const PERMIT: Subject = { ...PASSPORT, docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' };
const { docType, docNumber, docIssuer } = PERMIT;
/** Of the passport, and naming the permit too. */
const BOTH: Subject = { ...PASSPORT, linked: [{ docType, docNumber, docIssuer }] };

async function codeFor(issuer: Issuer, subject: Subject): Promise<IssuedStatus> {
  return await issuer.health.issue({ person: { subject }, scheme: 'HK-HC' });
}

const venueOf = ({ issued }: IssuedStatus): string => issued.credentials[0]?.handle ?? '';

async function statesOf(issuer: Issuer, subject: Subject): Promise<readonly string[]> {
  return (await issuer.health.shown({ subject })).map(({ state }) => state);
}

describe('a person with two documents', () => {
  it('gets no green code beside an order under the other one, once a request names both', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.orders.place(orderOn(PASSPORT));
    const green = await codeFor(issuer, PERMIT);
    expect(green.colour.state, 'nothing links the two').to.equal('green');
    expect((await codeFor(issuer, BOTH)).colour).to.include({ state: 'red', ground: 'hcl|under-order' });
    expect((await codeFor(issuer, PERMIT)).colour.state).to.equal('red');
    await issuer.settle();
    expect(await listed(issuer, venueOf(green))).to.equal('superseded');
  });

  it('has an order that names both turn the code under the other one at once', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await codeFor(issuer, PERMIT);
    await issuer.health.orders.place(orderOn(BOTH));
    expect(await statesOf(issuer, PERMIT)).to.deep.equal(['red']);
    await issuer.settle();
    expect(await listed(issuer, venueOf(green))).to.equal('superseded');
    const acts = (await issuer.colourActs.after(0, 9)).map(({ bytes }) => parseColourAct(bytes));
    expect(acts.map(({ from, to }) => [from, to])).to.deep.equal([
      [undefined, 'green'],
      ['green', 'red'],
    ]);
  });

  it('has two files brought together by a record that names both, with the next pass', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await codeFor(issuer, PERMIT);
    const { id } = await issuer.health.orders.place(orderOn(PASSPORT));
    await issueAll(issuer, [{ ...labTest(1), subject: BOTH }]);
    await issuer.settle();
    expect(await listed(issuer, venueOf(green))).to.equal('superseded');
    expect(await statesOf(issuer, PERMIT)).to.deep.equal(['red']);
    // The order is found by its id in the file that it moved to.
    await issuer.health.orders.release(id, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
    expect((await codeFor(issuer, PERMIT)).colour.state).to.equal('green');
  });

  it('is found by a record that was there before anybody had a health code', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [{ ...labTest(1), subject: BOTH }]);
    await issuer.settle();
    await issuer.health.orders.place(orderOn(PASSPORT));
    expect((await codeFor(issuer, PERMIT)).colour.state).to.equal('red');
  });

  it('is red by a result under a document that no file names, whichever is asked for, after an epoch too', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [, other] = await issueAll(issuer, [{ ...positive(1), subject: BOTH }, labTest(7)]);
    await issuer.privacy.erase(other?.recordId ?? '', 'subject-request');
    await issuer.privacy.pass({ force: true });
    expect((await codeFor(issuer, PERMIT)).colour).to.include({ state: 'red', ground: 'hcl|case' });
  });

  it('has all codes of both files ended, and told colours of both, when they become one', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const codes = [await codeFor(issuer, PASSPORT), await codeFor(issuer, PERMIT)];
    await issuer.settle();
    await issuer.health.orders.place(orderOn(BOTH));
    await issuer.settle();
    const values = await Promise.all(codes.map((code) => listed(issuer, venueOf(code))));
    expect(values).to.deep.equal(['superseded', 'superseded']);
    const { health } = await issuer.privacy.report(
      { document: { docType, docNumber, docIssuer } },
      'subject-access',
    );
    expect(health.flatMap(({ orders }) => orders)).to.have.length(1);
  });

  it('keeps a ruling, which names the file that it was made for, and adds the order of the other', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.orders.place(
      orderOn(PASSPORT, { kind: 'medical-surveillance', ground: 'hcl|inbound-surveillance' }),
    );
    await codeFor(issuer, PASSPORT);
    const act = await issuer.health.rule({ subject: PERMIT }, terms());
    await approve(issuer, [act]);
    await issuer.settle();
    expect((await codeFor(issuer, BOTH)).colour).to.include({ state: 'red', basis: 'ruling' });
    house.nowMs += 25 * HOUR * 1000;
    expect((await codeFor(issuer, PERMIT)).colour).to.include({ state: 'amber', basis: 'rules' });
  });

  it('is refused while rulings hold in two files, and orders are taken all the same', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const appeal = terms({ state: 'green', ground: 'hcl|court-or-appeal' });
    for (const subject of [PASSPORT, PERMIT]) await issuer.health.rule({ subject }, appeal);
    await expectRejects(() => codeFor(issuer, BOTH), 'HEALTH_PERSON_SPLIT');
    await expectRejects(() => issuer.health.orders.place(orderOn(BOTH)), 'HEALTH_PERSON_SPLIT');
    await issuer.health.orders.place(orderOn(PASSPORT));
    // A record says it too: no code of either, whichever is asked for.
    await issueAll(issuer, [{ ...positive(1), subject: BOTH }]);
    await issuer.settle();
    for (const subject of [PASSPORT, PERMIT]) {
      await expectRejects(() => codeFor(issuer, subject), 'HEALTH_PERSON_SPLIT');
      await issuer.health.orders.place(orderOn(subject, { reference: `QO-${subject.docType}` }));
    }
    house.nowMs += 25 * HOUR * 1000;
    expect((await codeFor(issuer, PERMIT)).colour.state, 'the rulings are over').to.equal('red');
  });

  it('has no code in hand any more once a record says that files which cannot be one are theirs', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const codes = [await codeFor(issuer, PASSPORT), await codeFor(issuer, PERMIT)];
    const valueOfEach = (): Promise<readonly string[]> =>
      Promise.all(codes.map((code) => listed(issuer, venueOf(code))));
    const appeal = terms({ state: 'green', ground: 'hcl|court-or-appeal' });
    for (const subject of [PASSPORT, PERMIT]) await issuer.health.rule({ subject }, appeal);
    await issuer.settle();
    expect(await valueOfEach(), 'nothing links the two').to.deep.equal(['valid', 'valid']);
    await issueAll(issuer, [{ ...labTest(1), subject: BOTH }]);
    await issuer.settle();
    expect(await valueOfEach()).to.deep.equal(['superseded', 'superseded']);
    for (const subject of [PASSPORT, PERMIT])
      await expectRejects(() => codeFor(issuer, subject), 'HEALTH_PERSON_SPLIT');
    house.nowMs += 25 * HOUR * 1000;
    expect((await codeFor(issuer, PERMIT)).colour.state, 'the rulings are over').to.equal('green');
    await issuer.settle();
  });

  it('has no code in hand any more once it claims somebody else’s document, whose codes stay', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const other: Subject = { ...PERMIT, nameZh: '另一人', dob: '1975' };
    const [own, others] = [await codeFor(issuer, PASSPORT), await codeFor(issuer, other)];
    await issueAll(issuer, [{ ...labTest(1), subject: BOTH }]);
    await issuer.settle();
    expect(await listed(issuer, venueOf(own))).to.equal('superseded');
    expect(await listed(issuer, venueOf(others))).to.equal('valid');
    expect((await codeFor(issuer, other)).colour.state).to.equal('green');
  });

  it('is told in the report of what is held all files that cannot be one, by document and by record', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const appeal = terms({ state: 'green', ground: 'hcl|court-or-appeal' });
    for (const subject of [PASSPORT, PERMIT]) {
      await issuer.health.orders.place(orderOn(subject, { reference: `QO-${subject.docType}` }));
      await issuer.health.rule({ subject }, appeal);
    }
    const [row] = await issueAll(issuer, [{ ...positive(1), subject: BOTH }]);
    await issuer.settle();
    await expectRejects(() => codeFor(issuer, PASSPORT), 'HEALTH_PERSON_SPLIT');
    const targets = [
      { document: docOf(PASSPORT) },
      { document: docOf(PERMIT) },
      { recordId: row?.recordId ?? '' },
    ];
    for (const target of targets) {
      const { health } = await issuer.privacy.report(target, 'subject-access');
      const held = health.map(({ orders }) => orders.map(({ reference }) => reference));
      expect(held, Object.keys(target).join()).to.have.deep.members([['QO-PASSPORT'], ['QO-HVP']]);
      expect(health.map(({ documents }) => documents)).to.have.deep.members([
        [docOf(PASSPORT)],
        [docOf(PERMIT)],
      ]);
    }
  });

  it('is told nothing of the person whose document somebody names', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const other: Subject = { ...PERMIT, nameZh: '另一人', dob: '1975' };
    await issuer.health.orders.place(orderOn(other));
    await issuer.health.orders.place(orderOn(PASSPORT, { reference: 'QO-PASSPORT' }));
    const [row] = await issueAll(issuer, [{ ...labTest(1), subject: BOTH }]);
    await issuer.settle();
    for (const target of [{ document: docOf(PASSPORT) }, { recordId: row?.recordId ?? '' }]) {
      const { health } = await issuer.privacy.report(target, 'subject-access');
      expect(health.map(({ orders }) => orders.map(({ reference }) => reference))).to.deep.equal([
        ['QO-PASSPORT'],
      ]);
    }
  });

  it('is not another person whose document somebody names', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const other: Subject = { ...PERMIT, nameZh: '另一人', dob: '1975' };
    await issueAll(issuer, [
      { ...labTest(1), subject: other },
      { ...labTest(1), subject: BOTH },
    ]);
    await codeFor(issuer, other);
    await expectRejects(() => codeFor(issuer, BOTH), 'HEALTH_PERSON_SPLIT');
    await issuer.health.orders.place(orderOn(PASSPORT));
    expect((await codeFor(issuer, other)).colour.state, 'nothing of theirs').to.equal('green');
    await expectRejects(() => codeFor(issuer, PASSPORT), 'HEALTH_PERSON_SPLIT');
  });

  it('is brought together once when many ask at the same time, from either side', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, PASSPORT);
    await codeFor(issuer, PERMIT);
    const swapped: Subject = { ...PERMIT, linked: [{ ...BOTH, ...docOf(PASSPORT) }].map(docOf) };
    const asked = Array.from({ length: 40 }, (_, i) => codeFor(issuer, i % 2 === 0 ? BOTH : swapped));
    await Promise.all([...asked, issuer.health.orders.place(orderOn(PERMIT, { fromSeconds: NOW }))]);
    await issuer.settle();
    expect((await codeFor(issuer, PASSPORT)).colour.state).to.equal('red');
    const { health } = await issuer.privacy.report({ document: docOf(PASSPORT) }, 'subject-access');
    expect(health.flatMap(({ orders }) => orders)).to.have.length(1);
  });
});

function docOf({ docType: kind, docNumber: number, docIssuer: by }: Subject): {
  readonly docType: Subject['docType'];
  readonly docNumber: string;
  readonly docIssuer: string;
} {
  return { docType: kind, docNumber: number, docIssuer: by };
}
