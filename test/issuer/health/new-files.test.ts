/** Health files of people who are new, all at once. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { TABLES } from '../../../issuer/store.ts';
import { Store } from '../../../service/store.ts';
import { HeldCommit } from '../support/held-commit.ts';
import { issueAll, IssuerHouse } from '../support/issuer-house.ts';
import { personOf, positive } from './support.ts';

describe('health files of people who are new', () => {
  it('are one for each person, however many ask at once', async () => {
    await using house = await IssuerHouse.create();
    {
      await using issuer = await house.open();
      const codes = await Promise.all(
        [1, 1, 2, 2, 3, 2].map((n) =>
          issuer.health.issue({ person: { subject: personOf(n) }, scheme: 'HK-HC' }),
        ),
      );
      expect(new Set(codes.map(({ change }) => change)).size, 'the first of each is a change').to.equal(3);
    }
    await using store = await Store.open(join(house.config().dataFolder, 'store'));
    let files = 0;
    for await (const _ of store.table(TABLES.healthFiles).entries()) files++;
    expect(files).to.equal(3);
  });

  it('show what is known when they are on the disk: a fact that was followed before there was one still counts', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    using held = HeldCommit.of(TABLES.healthFiles);
    const code = issuer.health.issue({ person: { subject: personOf(1) }, scheme: 'HK-HC' });
    await held.reached;
    await issueAll(issuer, [positive(1)]);
    await issuer.health.carryOut();
    held.release();
    expect((await code).colour.state).to.equal('red');
  });
});
