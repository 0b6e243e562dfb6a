/** Work that is done in one go for all who came meanwhile. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Together } from '../../issuer/together.ts';

describe('what is done together', () => {
  it('is done once for all who came while it was done before, each with their own result', async () => {
    const goes: (readonly number[])[] = [];
    const together = new Together(async (items: readonly number[]) => {
      goes.push(items);
      await Promise.resolve();
      return items.map((item) => item * 10);
    });
    const results = await Promise.all([1, 2, 3].map((item) => together.run(item)));
    expect(results).to.deep.equal([10, 20, 30]);
    expect(goes).to.deep.equal([[1], [2, 3]]);
  });

  it('fails for all of one go, and for nobody after it', async () => {
    const together = new Together(async (items: readonly number[]) => {
      await Promise.resolve();
      if (items.includes(2)) throw new Error('the disk is full');
      return items;
    });
    const first = await Promise.allSettled([1, 2, 3].map((item) => together.run(item)));
    expect(first.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected']);
    expect(await together.run(4)).to.equal(4);
  });
});
