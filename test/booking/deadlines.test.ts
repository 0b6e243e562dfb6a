import { describe, it } from 'mocha';
import { expect } from 'chai';
import fc from 'fast-check';
import { Deadlines } from '../../booking/deadlines.ts';
import { runs, testSeed } from '../support/scale.ts';

const times = fc.array(fc.nat(50), { maxLength: 40 });

describe('booking deadlines', () => {
  it('come out soonest first, and none before its time', () => {
    fc.assert(
      fc.property(times, fc.nat(50), (all, now) => {
        const deadlines = new Deadlines();
        for (const [number, at] of all.entries()) deadlines.add({ at, number });
        const taken: number[] = [];
        for (let due = deadlines.takeDue(now); due !== undefined; due = deadlines.takeDue(now)) {
          expect(all[due.number], 'under its own number').to.equal(due.at);
          taken.push(due.at);
        }
        const sorted = all.toSorted((a, b) => a - b);
        expect(taken).to.deep.equal(sorted.filter((at) => at <= now));
        expect(deadlines.nextAt).to.equal(sorted.find((at) => at > now));
      }),
      { numRuns: runs(300, 20_000), seed: testSeed },
    );
  });
});
