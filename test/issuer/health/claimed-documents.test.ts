/** Anybody may claim that documents are somebody's: however many, an order on that person is entered and turns the code. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Subject } from '../../../core/record/record.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { approve } from '../support/two-people.ts';
import { listed, orderOn, personOf, terms } from './support.ts';

const PERSON = personOf(1);
const LINKED_EACH = 3;

type Document = NonNullable<Subject['linked']>[number];

function passport(n: number): Document {
  return { docType: 'PASSPORT', docNumber: `X${10_000_000 + n}`, docIssuer: 'CN' };
}

/** Six records that claim eighteen documents to be the person's beside the one they are made out for. */
async function claim(issuer: Issuer, person: Subject): Promise<void> {
  for (let first = 0; first < 18; first += LINKED_EACH) {
    const linked = Array.from({ length: LINKED_EACH }, (_, i) => passport(first + i));
    await issueAll(issuer, [{ ...labTest(50 + first), subject: { ...person, linked } }]);
  }
  await issuer.settle();
}

/** The person's venue code, green and anchored. */
async function greenCode(issuer: Issuer): Promise<string> {
  const { colour, issued } = await issuer.health.issue({ person: { subject: PERSON }, scheme: 'HK-HC' });
  expect(colour.state).to.equal('green');
  await issuer.settle();
  return issued.credentials[0]?.handle ?? '';
}

async function expectRed(issuer: Issuer, code: string): Promise<void> {
  await issuer.settle();
  expect((await issuer.health.shown({ subject: PERSON })).map(({ state }) => state)).to.include('red');
  expect(await listed(issuer, code)).to.equal('superseded');
}

describe('a person to whom records give more documents than one person has', () => {
  it('gets an order, which ends the green code, and no other code', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await greenCode(issuer);
    await claim(issuer, PERSON);
    await issuer.health.orders.place(orderOn(PERSON));
    await expectRed(issuer, green);
    const again = { person: { subject: PERSON }, scheme: 'HK-HC' } as const;
    await expectRejects(() => issuer.health.issue(again), 'HEALTH_PERSON_SPLIT');
  });

  it('gets an order that names one more document, under which the code is', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await greenCode(issuer);
    const other: Subject = { ...PERSON, docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' };
    await claim(issuer, other);
    const surveillance = { kind: 'medical-surveillance', ground: 'hcl|inbound-surveillance' } as const;
    await issuer.health.orders.place(orderOn(other, surveillance));
    expect(await listed(issuer, green), 'nothing links the two').to.equal('valid');
    const { docType, docNumber, docIssuer } = PERSON;
    await issuer.health.orders.place(orderOn({ ...other, linked: [{ docType, docNumber, docIssuer }] }));
    await expectRed(issuer, green);
    // The file has one document more than claims would give it, and opens.
    const { id } = await issuer.health.orders.place(orderOn(PERSON, { reference: 'QO-2022-0043' }));
    await issuer.health.orders.release(id, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
  });

  it('gets a ruling', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await greenCode(issuer);
    await claim(issuer, PERSON);
    await approve(issuer, [await issuer.health.rule({ subject: PERSON }, terms())]);
    await expectRed(issuer, green);
  });
});
