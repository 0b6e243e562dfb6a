/** A row that arrives while the same record is being erased: it is neither a duplicate without codes nor lost. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Issuer } from '../../issuer/issuer.ts';
import type { RowResult } from '../../issuer/row.ts';
import { TABLES } from '../../issuer/store.ts';
import { HeldCommit } from '../issuer/support/held-commit.ts';
import { collect, issueAll, IssuerHouse, rowsOf, vaccination } from '../issuer/support/issuer-house.ts';

describe('a row that arrives while the same record is being erased', () => {
  it('is refused until the record is gone, and then issued anew', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [first] = await issueAll(issuer, [vaccination(1)]);
    using revoking = HeldCommit.of(TABLES.orderedActs);
    const erasing = issuer.privacy.erase(first?.recordId ?? '', 'subject-request');
    await revoking.reached;
    const [known, other] = await answersTo(issuer, [1, 2]);
    expect(codeOf(known)).to.equal('INTAKE_RECORD_BEING_ERASED');
    expect(other).to.include({ duplicate: false });
    revoking.release();
    await erasing;
    const [again] = await issueAll(issuer, [vaccination(1)]);
    expect(again).to.include({ duplicate: false });
    expect(again?.recordId).not.to.equal(first?.recordId);
    expect(again?.credentials).to.have.length(2);
  });

  it('is refused too when it was found before the erasure began', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [first, second] = await issueAll(issuer, [vaccination(1), vaccination(2)]);
    using answering = HeldCommit.ofNothing();
    const answers = answersTo(issuer, [1, 2]);
    await answering.reached;
    await issuer.privacy.erase(first?.recordId ?? '', 'subject-request');
    answering.release();
    const [gone, there] = await answers;
    expect(codeOf(gone)).to.equal('INTAKE_RECORD_BEING_ERASED');
    expect(there).to.deep.include({ recordId: second?.recordId, duplicate: true });
  });
});

async function answersTo(issuer: Issuer, people: readonly number[]): Promise<readonly RowResult[]> {
  return await collect(issuer.issueRows(rowsOf(people.map(vaccination))));
}

function codeOf(result: RowResult | undefined): string | undefined {
  return result !== undefined && 'problems' in result ? result.problems[0]?.code : undefined;
}
