/** A limit on requests for verdicts: what is beyond it is refused at once, and what looks after the service never is. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Admission } from '../../verifier/admission.ts';
import { makeConsortium } from '../support/consortium.ts';
import { buildTestVerifier } from './support/test-verifier.ts';

describe('admission', () => {
  it('admits the rate and no more, over any times at which requests come', () => {
    const pauses = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 2000 }), pauses, (perSecond, gaps) => {
        let nowMs = 0;
        const admission = new Admission(perSecond, () => nowMs);
        let admitted = 0;
        for (const gap of gaps) {
          nowMs += gap;
          if (admission.admit()) admitted++;
        }
        expect(admitted).to.be.at.most((nowMs / 1000 + 0.25) * perSecond + 1e-6);
      }),
    );
  });

  it('admits all that come evenly at the rate, and after a surge again', () => {
    let nowMs = 0;
    const admission = new Admission(500, () => nowMs);
    const evenly = (): boolean => {
      nowMs += 2;
      return admission.admit();
    };
    for (let i = 0; i < 1000; i++) expect(evenly()).to.equal(true);
    const surge = Array.from({ length: 5000 }, () => admission.admit());
    expect(surge.filter(Boolean)).to.have.length.below(126);
    expect(surge.at(-1)).to.equal(false);
    for (let i = 0; i < 1000; i++) expect(evenly()).to.equal(true);
  });
});

describe('a verifier with a limit', () => {
  it('refuses the surplus before it reads it, and says when to come again', async () => {
    const { app } = await buildTestVerifier(makeConsortium({ seed: 17 }), { requestsPerSecond: 4 });
    const urls = ['/verify', '/verify/together'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        // A body that is no JSON would be refused in another way, if it were read.
        app.inject({
          method: 'POST',
          url: urls[i % 2] ?? '',
          headers: { 'content-type': 'application/json' },
          payload: '{',
        }),
      ),
    );
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(refused.length).to.be.above(10);
    for (const { headers } of refused) expect(headers['retry-after']).to.equal('1');
    for (const answer of refused) expect(answer.json()).to.include({ code: 'RATE_LIMITED' });
    for (let i = 0; i < 20; i++) {
      for (const url of ['/health/live', '/metrics', '/state']) {
        expect((await app.inject(url)).statusCode, url).to.equal(200);
      }
    }
    await app.close();
  });
});
