import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { readVarint, writeVarint } from '../../../core/bytes/varint.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

describe('varint', () => {
  const examples: readonly (readonly [value: number, bytes: readonly number[]])[] = [
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [300, [0xac, 0x02]],
    [16_384, [0x80, 0x80, 0x01]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ];
  for (const [value, bytes] of examples) {
    it(`writes and reads ${value}`, () => {
      expect([...writeVarint(value)]).to.deep.equal(bytes);
      expect(readVarint(Uint8Array.from(bytes), 0)).to.deep.equal({ value, next: bytes.length });
    });
  }

  const refused: readonly (readonly [bytes: readonly number[], why: string])[] = [
    [[], 'nothing'],
    [[0x80], 'a value cut short'],
    [[0x80, 0x00], 'a zero that is longer than it need be'],
    [[0xff, 0x80, 0x00], 'a value with an empty last byte'],
    [[0xff, 0xff, 0xff, 0xff, 0x10], 'a value above 2^32 - 1'],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x01], 'six bytes'],
  ];
  for (const [bytes, why] of refused) {
    it(`refuses ${why}`, () => expectThrows(() => readVarint(Uint8Array.from(bytes), 0), 'VARINT_INVALID'));
  }

  for (const value of [-1, 0.5, 2 ** 32, NaN, Infinity]) {
    it(`does not write ${value}`, () => expectThrows(() => writeVarint(value), 'VARINT_INVALID'));
  }

  it('reads back any value, wherever it stands', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.uint8Array({ maxLength: 5 }), (value, before) => {
        const bytes = concatBytes(before, writeVarint(value), Uint8Array.of(7));
        expect(readVarint(bytes, before.length)).to.deep.equal({ value, next: bytes.length - 1 });
      }),
    );
  });

  it('reads no bytes but those it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), (bytes) => {
        if (codeThrownBy(() => readVarint(bytes, 0)) !== undefined) return;
        const { value, next } = readVarint(bytes, 0);
        expect(writeVarint(value)).to.deep.equal(bytes.slice(0, next));
      }),
    );
  });
});
