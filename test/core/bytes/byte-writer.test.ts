import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ByteWriter } from '../../../core/bytes/byte-writer.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { fromLittleEndian, toLittleEndian } from '../../../core/bytes/words.ts';
import { codeThrownBy } from '../../support/throws-code.ts';

describe('writing bytes', () => {
  it('puts numbers big endian, and lengths before what has no fixed one', () => {
    const out = new ByteWriter()
      .u8(1)
      .u32(0x0203_0405)
      .u64(2 ** 53 - 1)
      .raw(Uint8Array.of(9));
    out.fixed('0x0a0b', 2).withLength(Uint8Array.of(7, 7)).text('é');
    expect(toHex(out.bytes)).to.equal('0x0102030405001fffffffffffff090a0b00000002070700000002c3a9');
    expect(out.length).to.equal(28);
  });

  it('grows as it must, and begins anew', () => {
    const out = new ByteWriter();
    for (let i = 0; i < 1000; i++) out.u8(i & 0xff).raw(new Uint8Array(i));
    expect(out.length).to.equal(1000 + (999 * 1000) / 2);
    expect(out.bytes[out.length - 1000]).to.equal(999 & 0xff);
    out.clear();
    expect(out.u8(5).bytes).to.deep.equal(Uint8Array.of(5));
  });

  it('refuses what does not fit', () => {
    for (const value of [-1, 0.5, 2 ** 53, Number.NaN]) {
      expect(codeThrownBy(() => new ByteWriter().u64(value))).to.equal('INVARIANT');
    }
    expect(codeThrownBy(() => new ByteWriter().fixed('0x00', 2))).to.equal('HEX_INVALID');
  });
});

describe('32-bit words', () => {
  it('are little endian as bytes, wherever the bytes lie', () => {
    const bytes = toLittleEndian(Uint32Array.of(0x0102_0304, 5));
    expect(toHex(bytes)).to.equal('0x0403020105000000');
    for (const shift of [0, 1, 2, 3]) {
      const moved = new Uint8Array(8 + shift);
      moved.set(bytes, shift);
      expect([...fromLittleEndian(moved.subarray(shift))]).to.deep.equal([0x0102_0304, 5]);
    }
  });
});
