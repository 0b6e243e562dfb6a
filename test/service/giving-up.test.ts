import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { GivingUp } from '../../service/giving-up.ts';

const MANY = 100;

describe('giving up', () => {
  it('ends all that it is told of, in their order, and lets others have their turns between', async () => {
    const givingUp = new GivingUp();
    const ended: number[] = [];
    for (let i = 0; i < MANY; i++) givingUp.add(() => ended.push(i));
    expect(ended).to.deep.equal([]);
    let turns = 0;
    for (; ended.length < MANY; turns++) {
      const before = ended.length;
      await nextTurn();
      expect(ended.length - before).to.be.within(1, MANY / 10);
    }
    expect(turns).to.be.above(10);
    expect(ended).to.deep.equal(Array.from({ length: MANY }, (_, i) => i));
  });

  it('goes on with what it is told of later', async () => {
    const givingUp = new GivingUp();
    const ended: string[] = [];
    givingUp.add(() => {
      ended.push('first');
      givingUp.add(() => ended.push('told meanwhile'));
    });
    for (let i = 0; i < 3; i++) await nextTurn();
    givingUp.add(() => ended.push('later'));
    await nextTurn();
    expect(ended).to.deep.equal(['first', 'told meanwhile', 'later']);
  });
});
