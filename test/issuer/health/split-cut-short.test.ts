/** A record that shows two files to be one person's, though they cannot be one, ends the codes of both whatever fails meanwhile. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Subject } from '../../../core/record/record.ts';
import { FailingWrites } from '../../privacy/support/failing-store.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { listed, orderOn, personOf, terms } from './support.ts';

const PASSPORT = personOf(1);
const PERMIT: Subject = { ...PASSPORT, docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' };
const { docType, docNumber, docIssuer } = PERMIT;
const BOTH: Subject = { ...PASSPORT, linked: [{ docType, docNumber, docIssuer }] };

/** The two files, and what is done with; whatever the pass writes then has nothing to do with the record. */
const WRITES_OF_FACT = 3;

describe('a record of a person whose files cannot be one', () => {
  it('ends the codes of both, after whichever write about it the process ends', async () => {
    for (let at = 1; at <= WRITES_OF_FACT; at++) {
      await using house = await IssuerHouse.create();
      const codes = await codesOfBoth(house);
      await passUntil(house, at);
      await using issuer = await house.open();
      await issuer.settle();
      const values = await Promise.all(codes.map((code) => listed(issuer, code)));
      expect(values, `after write ${at}`).to.deep.equal(['superseded', 'superseded']);
    }
  });
});

/** A red and a green code in hand, rulings in both files, and a record not followed yet that names both documents. */
async function codesOfBoth(house: IssuerHouse): Promise<readonly string[]> {
  await using issuer = await house.open();
  await issuer.health.orders.place(orderOn(PASSPORT));
  const codes: string[] = [];
  for (const subject of [PASSPORT, PERMIT]) {
    const { issued } = await issuer.health.issue({ person: { subject }, scheme: 'HK-HC' });
    codes.push(issued.credentials[0]?.handle ?? '');
    await issuer.health.rule({ subject }, terms({ state: 'green', ground: 'hcl|court-or-appeal' }));
  }
  await issuer.settle();
  await issueAll(issuer, [{ ...labTest(1), subject: BOTH }]);
  return codes;
}

async function passUntil(house: IssuerHouse, at: number): Promise<void> {
  await using issuer = await house.open();
  using _failing = new FailingWrites(at, 'kept');
  await expectRejects(() => issuer.settle(), 'STORE_FAILED');
}
