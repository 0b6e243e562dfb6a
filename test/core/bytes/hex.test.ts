import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { fromHex, toHex } from '../../../core/bytes/hex.ts';
import { expectThrows } from '../../support/throws-code.ts';

describe('hex', () => {
  it('writes 0x and lowercase digits', () =>
    expect(toHex(Uint8Array.of(0, 1, 0xab, 0xff))).to.equal('0x0001abff'));

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).to.deep.equal(bytes);
      }),
    );
  });

  for (const text of ['', 'ab', '0x0', '0xAB', '0x0g', '0x00 ', '0x00\n', '0X00']) {
    it(`refuses ${JSON.stringify(text)}`, () => expectThrows(() => fromHex(text), 'HEX_INVALID'));
  }
});
