import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Stillness } from '../../../web/checkpoint/input/stillness.ts';

/** Looks at every 100 ms from `fromMs` to `untilMs`; answers the last of them. */
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
  it('is one for five seconds', () => {
    expect(lookFor(new Stillness(), () => 7, [0, 4_900])).to.equal(false);
    expect(lookFor(new Stillness(), () => 7, [0, 5_000])).to.equal(true);
  });

  it('is none where now and then a picture comes', () => {
    expect(lookFor(new Stillness(), (ms) => Math.floor(ms / 4_000), [0, 60_000])).to.equal(false);
  });

  it('is none for a device that slept: it is given its time again', () => {
    const stillness = new Stillness();
    lookFor(stillness, () => 7, [0, 3_000]);
    expect(lookFor(stillness, () => 7, [600_000, 604_900])).to.equal(false);
    expect(lookFor(stillness, () => 7, [605_000, 605_000])).to.equal(true);
  });
});
