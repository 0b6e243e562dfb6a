/** Beside a person's document stands which of their records are derived: whoever looks for facts opens none of these. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { TABLES } from '../../../issuer/store.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { issueAll, IssuerHouse } from '../support/issuer-house.ts';
import { personOf, positive } from './support.ts';

const PERSON = { subject: personOf(1) };
const CODE = { person: PERSON, scheme: 'HK-HC' } as const;

describe('records under a person’s document', () => {
  it('are not opened to find the facts where they are derived: a touched code gives and takes no colour', async () => {
    await using house = await IssuerHouse.create();
    await givenCode(house);
    await rewrite(house, 'records', (value) => value.map((byte) => byte ^ 1));
    await using issuer = await house.open();
    expect((await issuer.health.colourOf(PERSON, 'HK-HC')).state).to.equal('green');
    await issueAll(issuer, [positive(1)]);
    expect((await issuer.health.colourOf(PERSON, 'HK-HC')).state).to.equal('red');
  });

  it('are opened where an earlier release says of none what it is: facts count, codes do not', async () => {
    await using house = await IssuerHouse.create();
    await givenCode(house);
    {
      await using issuer = await house.open();
      await issueAll(issuer, [positive(1)]);
    }
    const former = await rewrite(house, 'documents', () => new Uint8Array(0));
    expect(former.map((mark) => [...mark])).to.have.deep.members([[1], []]);
    await using issuer = await house.open();
    expect((await issuer.health.colourOf(PERSON, 'HK-HC')).state).to.equal('red');
  });
});

async function givenCode(house: IssuerHouse): Promise<void> {
  await using issuer = await house.open();
  await issuer.health.issue(CODE);
  await issuer.settle();
}

/** Of the stopped issuer; what stood there before. */
async function rewrite(
  house: IssuerHouse,
  table: 'records' | 'documents',
  change: (value: Uint8Array) => Uint8Array,
): Promise<readonly Uint8Array[]> {
  await using store = await Store.open(join(house.config().dataFolder, 'store'));
  const batch = new WriteBatch();
  const former: Uint8Array[] = [];
  for await (const { key, value } of store.table(TABLES[table]).entries()) {
    former.push(value);
    batch.put(TABLES[table], key, change(value));
  }
  await store.commit(batch);
  return former;
}
