import { expect } from 'chai';
import { describe, it } from 'mocha';
import { scaledTo } from '../../../web/checkpoint/input/scaled.ts';

describe('checkpoint page: pictures of more points than a code needs', () => {
  it('are made smaller in both ways alike', () => {
    expect(scaledTo(1920, { width: 3840, height: 2160 })).to.include({
      resizeWidth: 1920,
      resizeHeight: 1080,
    });
    expect(scaledTo(1920, { width: 3000, height: 4000 })).to.include({
      resizeWidth: 1440,
      resizeHeight: 1920,
    });
  });

  it('are taken as they are where they have no more', () => {
    expect(scaledTo(1920, { width: 1920, height: 1080 })).to.equal(undefined);
    expect(scaledTo(1920, { width: 0, height: 0 })).to.equal(undefined);
  });
});
