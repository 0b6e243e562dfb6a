import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ForgettingMap } from '../../../issuer/intake/forgetting-map.ts';
import { runs, testSeed } from '../../support/scale.ts';

describe('a map that forgets', () => {
  it('never forgets the last ones used, and never keeps more than twice as many', () => {
    const MAX = 3;
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(9).map(String)), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(steps, (list) => {
        const map = new ForgettingMap<number>(MAX);
        const truth = new Map<string, number>();
        let recent: string[] = [];
        for (const [n, [isWrite, key]] of list.entries()) {
          if (isWrite) {
            map.set(key, n);
            truth.set(key, n);
          } else {
            const found = map.get(key);
            // Forgotten or right, never an older value.
            if (found !== undefined || recent.includes(key)) expect(found).to.equal(truth.get(key));
            if (found === undefined) continue;
          }
          recent = [key, ...recent.filter((other) => other !== key)].slice(0, MAX);
        }
        expect([...truth.keys()].filter((key) => map.get(key) !== undefined).length).to.be.at.most(2 * MAX);
      }),
      { numRuns: runs(1000, 100_000), seed: testSeed },
    );
  });

  it('counts by weight', () => {
    const map = new ForgettingMap<string>(10);
    map.set('light', 'a', 4);
    map.set('heavy', 'b', 9);
    map.set('heavier', 'c', 9);
    expect(['light', 'heavy', 'heavier'].map((key) => map.get(key))).to.deep.equal([undefined, 'b', 'c']);
  });
});
