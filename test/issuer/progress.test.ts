/** Whoever waits is told when to look again, misses nothing, and never waits longer than they wished. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Progress } from '../../issuer/progress.ts';

const LONG_MS = 60_000;

describe('progress', () => {
  it('asks again after each step and no oftener, until the answer is enough', async () => {
    const progress = new Progress();
    let asked = 0;
    const answer = progress.until(() => Promise.resolve(++asked), {
      isEnough: (n) => n === 3,
      waitMs: LONG_MS,
    });
    for (const expected of [1, 2, 3]) {
      await new Promise(setImmediate);
      expect(asked).to.equal(expected);
      progress.made();
    }
    expect(await answer).to.equal(3);
    progress.made();
    expect(asked).to.equal(3);
  });

  it('misses no step that is made while it is asked', async () => {
    const progress = new Progress();
    let isFinal = false;
    const ask = async (): Promise<boolean> => {
      const seen = isFinal;
      isFinal = true;
      progress.made();
      await new Promise(setImmediate);
      return seen;
    };
    expect(await progress.until(ask, { isEnough: Boolean, waitMs: LONG_MS })).to.equal(true);
  });

  it('answers what there is once the time is over, and at once where nobody would wait', async () => {
    const progress = new Progress();
    let asked = 0;
    const ask = (): Promise<number> => Promise.resolve(++asked);
    expect(await progress.until(ask, { isEnough: () => false, waitMs: 0 })).to.equal(1);
    expect(await progress.until(ask, { isEnough: () => false, waitMs: 1 })).to.equal(3);
  });

  it('answers whoever is one too many at once', async () => {
    const progress = new Progress();
    const terms = { isEnough: Boolean, waitMs: LONG_MS };
    let isFinal = false;
    const ask = (): Promise<boolean> => Promise.resolve(isFinal);
    const waiting = Array.from({ length: 500 }, () => progress.until(ask, terms));
    expect(await progress.until(ask, terms)).to.equal(false);
    isFinal = true;
    progress.made();
    expect(new Set(await Promise.all(waiting))).to.deep.equal(new Set([true]));
    isFinal = false;
    const next = progress.until(ask, terms);
    isFinal = true;
    progress.made();
    expect(await next, 'there is room again').to.equal(true);
  });

  it('waits out what is early, until the time is over, and nothing else', async () => {
    const progress = new Progress();
    let asked = 0;
    const early = (): Promise<string> =>
      ++asked < 2 ? Promise.reject(new RangeError('not yet')) : Promise.resolve('there');
    const terms = { isEnough: () => true, isEarly: (error: unknown) => error instanceof RangeError };
    const answer = progress.until(early, { ...terms, waitMs: LONG_MS });
    await new Promise(setImmediate);
    progress.made();
    expect(await answer).to.equal('there');
    for (const [error, waitMs] of [
      [new RangeError('never'), 1],
      [new TypeError('another'), LONG_MS],
    ] as const) {
      const failing = progress.until(() => Promise.reject(error), { ...terms, waitMs });
      expect(await rejectionOf(failing)).to.equal(error);
    }
  });
});

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  return result.status === 'rejected' ? result.reason : undefined;
}
