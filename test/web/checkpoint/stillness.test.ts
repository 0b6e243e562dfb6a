import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Stillness } from '../../../web/checkpoint/input/stillness.ts';

/** Of a camera whose pictures came until `untilMs`, ten a second. */
const stoppedAt =
  (untilMs: number) =>
  (ms: number): number =>
    Math.floor(Math.min(ms, untilMs) / 100);

/** Looks every 100 ms from `fromMs` to `untilMs`; answers the last of them. */
function lookFor(
  stillness: Stillness,
  picturesAt: (ms: number) => number,
  [fromMs, untilMs]: readonly [number, number],
): boolean {
  let hasSetIn = false;
  for (let ms = fromMs; ms <= untilMs; ms += 100) hasSetIn = stillness.hasSetIn(picturesAt(ms), ms);
  return hasSetIn;
}

describe('checkpoint page: a picture that stands still', () => {
  it('is one after five seconds', () => {
    expect(lookFor(new Stillness(), stoppedAt(2_000), [0, 6_900])).to.equal(false);
    expect(lookFor(new Stillness(), stoppedAt(2_000), [0, 7_000])).to.equal(true);
  });

  it('is none where now and then a picture comes', () => {
    expect(lookFor(new Stillness(), (ms) => Math.floor(ms / 4_000), [0, 60_000])).to.equal(false);
  });

  it('is none in a browser that does not count what a camera gives', () => {
    expect(lookFor(new Stillness(), () => 0, [0, 60_000])).to.equal(false);
  });

  it('is none for a device that slept: it is given its time again', () => {
    const stillness = new Stillness();
    lookFor(stillness, stoppedAt(1_000), [0, 3_000]);
    expect(lookFor(stillness, stoppedAt(1_000), [600_000, 604_900])).to.equal(false);
    expect(lookFor(stillness, stoppedAt(1_000), [605_000, 605_000])).to.equal(true);
  });
});
