/** How many are let in at a time, and in which order. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Turns } from '../../../issuer/conversion/turns.ts';

describe('turns of a crowd', () => {
  it('lets so many in at a time, and whoever came first before all others', async () => {
    const turns = new Turns(2);
    const inside: number[] = [];
    const letOut: (() => void)[] = [];
    const come = (number: number): Promise<void> =>
      turns.run(async () => {
        inside.push(number);
        await new Promise<void>((resolve) => letOut.push(resolve));
      });
    const first = [1, 2, 3, 4].map(come);
    await nextTurn();
    expect(inside).to.deep.equal([1, 2]);
    letOut[0]?.();
    // Who comes at the very moment when a place is free is behind those who wait.
    const last = first[0]?.then(() => come(5));
    await nextTurn();
    expect(inside).to.deep.equal([1, 2, 3]);
    for (let out = 1; out < 5; out++) {
      letOut[out]?.();
      await nextTurn();
    }
    await Promise.all([...first, last]);
    expect(inside).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('gives the place of one who fails to the next', async () => {
    const turns = new Turns(1);
    const ends = await Promise.allSettled([
      turns.run(() => Promise.reject(new Error('refused'))),
      turns.run(() => Promise.resolve('in')),
    ]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
    expect(await turns.run(() => Promise.resolve('in'))).to.equal('in');
  });
});

async function nextTurn(): Promise<void> {
  await new Promise((done) => setImmediate(done));
}
