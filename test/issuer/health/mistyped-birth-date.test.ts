/** A birth date that was typed wrong once makes nobody green who is under an order, nor gives them a stranger's name. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Subject } from '../../../core/record/record.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { createLogger } from '../../../service/logging.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { HOUR, listed, orderOn, personOf } from './support.ts';

const DOCUMENT = { docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' } as const;
const PERSON: Subject = { ...personOf(1), dob: '1990-02-01' };
const BY_BOTH: Subject = { ...PERSON, linked: [DOCUMENT] };
const BY_OTHER: Subject = { ...PERSON, ...DOCUMENT };
const MISTYPED: Subject = { ...BY_OTHER, dob: '1990-01-02' };
const YEAR_HOURS = 366 * 24;

describe('a birth date that was mistyped under a person’s other document', () => {
  it('in an order ends their codes, and leaves them without any', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const code = await greenCode(issuer);
    await issuer.health.orders.place(orderOn(MISTYPED));
    await issuer.settle();
    expect(await listed(issuer, code)).to.equal('superseded');
    for (const one of [PERSON, BY_BOTH, BY_OTHER, MISTYPED]) await expectNoCode(issuer, one);
    // Typed right this time, it is entered where the document leads.
    await issuer.health.orders.place(orderOn(BY_OTHER, { reference: 'QO-2' }));
    for (const one of [PERSON, BY_BOTH, BY_OTHER]) await expectNoCode(issuer, one);
  });

  it('in an order lets nobody go with the order that they have: a record brings the two together', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await greenCode(issuer);
    await issuer.health.orders.place(orderOn(PERSON));
    const { id } = await issuer.health.orders.place(orderOn(MISTYPED, { reference: 'QO-2' }));
    await issuer.health.orders.release(id, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
    for (const one of [PERSON, BY_BOTH, BY_OTHER, MISTYPED]) await expectNoCode(issuer, one);
    await issueAll(issuer, [{ ...labTest(1), subject: BY_OTHER }]);
    await issuer.settle();
    for (const one of [BY_OTHER, PERSON, BY_BOTH]) expect(await stateOf(issuer, one)).to.equal('red');
  });

  it('in an order turns them red once a record of that document names them, whichever they show', async () => {
    for (const shown of [PERSON, BY_OTHER]) {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      await greenCode(issuer);
      await issuer.health.orders.place(orderOn(MISTYPED));
      await issueAll(issuer, [{ ...labTest(1), subject: BY_OTHER }]);
      expect(await stateOf(issuer, shown)).to.equal('red');
    }
  });

  it('in an order is told to the operator once, without a word on who it is about', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const log = createLogger({ name: 'issuer', level: 'debug', destination });
    await using house = await IssuerHouse.create();
    await using issuer = await house.open({ ports: { log } });
    await greenCode(issuer);
    await issuer.health.orders.place(orderOn(MISTYPED));
    await issuer.health.orders.place(orderOn(MISTYPED, { reference: 'QO-2' }));
    const told = lines.filter((line) => line.includes('HEALTH_DOCUMENT_DISPUTED'));
    expect(told).to.have.length(1);
    expect(JSON.parse(told[0] ?? '')).to.include({ level: 50 });
    for (const word of [DOCUMENT.docNumber, PERSON.docNumber, PERSON.nameEn, 'QO-'])
      expect(lines.join(''), word).to.not.include(word);
  });

  it('in an order makes nobody green though the record that decided is erased', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await greenCode(issuer);
    await issuer.health.orders.place(orderOn(MISTYPED));
    const [decided] = await issueAll(issuer, [{ ...labTest(1), subject: BY_OTHER }]);
    await issuer.settle();
    expect(await stateOf(issuer, PERSON)).to.equal('red');
    await issuer.privacy.erase(decided?.recordId ?? '', 'subject-request');
    await issuer.settle();
    for (const one of [PERSON, BY_BOTH, BY_OTHER]) expect(await stateOf(issuer, one)).to.equal('red');
  });

  it('in an order stays in question after it was released, and though a year is over', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await greenCode(issuer);
    const { id } = await issuer.health.orders.place(orderOn(MISTYPED));
    await issuer.health.orders.release(id, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
    house.nowMs += YEAR_HOURS * HOUR * 1000;
    house.ledger.timeSeconds += YEAR_HOURS * HOUR;
    await issueAll(issuer, [labTest(2)]);
    await issuer.settle();
    await issuer.settle();
    for (const one of [PERSON, BY_OTHER, MISTYPED]) await expectNoCode(issuer, one);
  });

  it('in an order is in question too where a record knows the person by the document that they named', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const { docType, docNumber, docIssuer } = PERSON;
    const both = { ...BY_OTHER, linked: [{ docType, docNumber, docIssuer }] };
    await issuer.health.orders.place(orderOn(both));
    await issueAll(issuer, [{ ...labTest(1), subject: PERSON }]);
    await issuer.health.orders.place(orderOn(MISTYPED, { reference: 'QO-2' }));
    for (const one of [PERSON, BY_OTHER, MISTYPED]) await expectNoCode(issuer, one);
  });

  it('at a code gives none, and takes nothing: an order under the document turns the person', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const code = await greenCode(issuer);
    await expectNoCode(issuer, MISTYPED);
    await issuer.health.orders.place(orderOn(BY_OTHER));
    await issuer.settle();
    expect(await listed(issuer, code)).to.equal('superseded');
    for (const one of [PERSON, BY_BOTH, BY_OTHER]) expect(await stateOf(issuer, one)).to.equal('red');
    await expectNoCode(issuer, MISTYPED);
  });

  it('at a code makes nobody green who is red', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await greenCode(issuer);
    await issuer.health.orders.place(orderOn(PERSON));
    await expectNoCode(issuer, MISTYPED);
    await expectRejects(() => issuer.health.colourOf({ subject: MISTYPED }, 'HK-HC'), 'HEALTH_PERSON_SPLIT');
    expect(await stateOf(issuer, BY_OTHER)).to.equal('red');
  });

  it('gives nobody a code in the name that is held under the document itself', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.issue({ person: { subject: MISTYPED }, scheme: 'HK-HC' });
    await expectNoCode(issuer, BY_OTHER);
    expect(await stateOf(issuer, { ...MISTYPED, nameEn: 'CHAN, TAIMAN' }), 'another spelling').to.equal(
      'green',
    );
  });
});

async function greenCode(issuer: Issuer): Promise<string> {
  const { colour, issued } = await issuer.health.issue({ person: { subject: BY_BOTH }, scheme: 'HK-HC' });
  expect(colour.state).to.equal('green');
  await issuer.settle();
  return issued.credentials[0]?.handle ?? '';
}

async function stateOf(issuer: Issuer, subject: Subject): Promise<string> {
  return (await issuer.health.issue({ person: { subject }, scheme: 'HK-HC' })).colour.state;
}

async function expectNoCode(issuer: Issuer, subject: Subject): Promise<void> {
  const asked = { person: { subject }, scheme: 'HK-HC' } as const;
  await expectRejects(() => issuer.health.issue(asked), 'HEALTH_PERSON_SPLIT');
}
