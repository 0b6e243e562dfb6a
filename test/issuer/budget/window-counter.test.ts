import fc from 'fast-check';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { WindowCounter } from '../../../issuer/budget/window-counter.ts';
import { runs, testSeed } from '../../support/scale.ts';

const WINDOW = 3600;
const PART = WINDOW / 24;

describe('a count in a sliding window', () => {
  it('is never less than what came in the window, and at most what came in it and one part before', () => {
    const steps = fc.array(fc.record({ pause: fc.nat(2 * PART), count: fc.integer({ min: 1, max: 9 }) }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (history) => {
        const counter = new WindowCounter(WINDOW);
        const events: { at: number; count: number }[] = [];
        let at = 1_671_610_000;
        for (const { pause, count } of history) {
          at += pause;
          counter.add(count, at);
          events.push({ at, count });
          const since = (from: number): number =>
            events.filter((event) => event.at > from).reduce((sum, event) => sum + event.count, 0);
          expect(counter.count(at)).to.be.within(since(at - WINDOW), since(at - WINDOW - PART));
        }
      }),
      { seed: testSeed, numRuns: runs(200, 5000) },
    );
  });

  it('comes back from its bytes', () => {
    const counter = new WindowCounter(WINDOW);
    for (let i = 0; i < 40; i++) counter.add(i, 1_671_610_000 + i * 100);
    const at = 1_671_610_000 + 4000;
    const again = new WindowCounter(WINDOW, counter.encode());
    expect(again.count(at)).to.equal(counter.count(at)).and.to.be.greaterThan(0);
    expect(again.count(at + 3 * WINDOW)).to.equal(0);
  });

  it('loses nothing when the clock is set back', () => {
    const counter = new WindowCounter(WINDOW);
    counter.add(5, 1_671_610_000);
    counter.add(7, 1_671_600_000);
    expect(counter.count(1_671_610_000)).to.equal(12);
  });
});
