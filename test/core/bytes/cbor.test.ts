import { Buffer } from 'node:buffer';
import { decode as decodeWithCborg, encode as encodeWithCborg } from 'cborg';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { CborTag, fromCbor, MAX_CBOR_DEPTH, type CborValue } from '../../../core/bytes/cbor.ts';
import { toCbor } from '../../../core/bytes/cbor-writer.ts';
import { runs } from '../../support/scale.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

/** RFC 8949 appendix A, those of definite length that have a value here. */
const EXAMPLES: readonly (readonly [hex: string, value: CborValue])[] = [
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18446744073709551615n],
  ['20', -1],
  ['3903e7', -1000],
  ['3bffffffffffffffff', -18446744073709551616n],
  ['f90000', 0],
  ['f93c00', 1],
  ['f93e00', 1.5],
  ['f97bff', 65504],
  ['f90001', 5.960464477539063e-8],
  ['f90400', 0.00006103515625],
  ['f9c400', -4],
  ['fa47c35000', 100000],
  ['fb3ff199999999999a', 1.1],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['40', new Uint8Array(0)],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['64f0908591', '𐅑'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['a0', new Map()],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    'a26161016162820203',
    new Map<string, CborValue>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  ],
  ['c074323031332d30332d32315432303a30343a30305a', new CborTag(0, '2013-03-21T20:04:00Z')],
  ['d818456449455446', new CborTag(24, Uint8Array.of(0x64, 0x49, 0x45, 0x54, 0x46))],
];

describe('CBOR (RFC 8949)', () => {
  for (const [hex, value] of EXAMPLES) {
    it(`reads ${hex}`, () => expect(fromCbor(bytes(hex))).to.deep.equal(value));
  }

  const refused: Readonly<Record<string, string>> = {
    nothing: '',
    'a text that is cut short': '6261',
    'a number that is cut short': '19ff',
    'bytes after the end': '0000',
    'a number that is not in its shortest form': '1817',
    'a number of two bytes that fits one': '1900ff',
    'a number of four bytes that fits two': '1a0000ffff',
    'a number of eight bytes that fits four': '1b00000000ffffffff',
    'a length that is not in its shortest form': '780161',
    'an indefinite text': '7f6161ff',
    'an indefinite map': 'bf616101ff',
    'a reserved head': '1c',
    'a break': 'ff',
    undefined: 'f7',
    'a simple value': 'f0',
    infinity: 'f97c00',
    'not a number': 'fb7ff8000000000000',
    'a text that is not UTF-8': '61ff',
    'a key that is repeated': 'a201000100',
    'a key that is bytes': 'a1410000',
    'a key that is no integer': 'a1f93e0000',
    'a map that claims four thousand million members': 'ba ffffffff',
    'an array that claims more items than bytes': '9b0000ffffffffffff',
    'a byte string that claims 2^63 bytes': '5b8000000000000000',
  };
  for (const [why, hex] of Object.entries(refused)) {
    it(`refuses ${why}`, () => expectThrows(() => fromCbor(bytes(hex.replaceAll(' ', ''))), 'CBOR_INVALID'));
  }

  it(`goes ${MAX_CBOR_DEPTH} deep and no deeper`, () => {
    expect(fromCbor(bytes(`${'81'.repeat(MAX_CBOR_DEPTH)}00`))).to.be.an('array');
    expectThrows(() => fromCbor(bytes(`${'81'.repeat(MAX_CBOR_DEPTH + 1)}00`)), 'CBOR_INVALID');
    expectThrows(() => fromCbor(bytes('81'.repeat(500_000))), 'CBOR_INVALID');
    expectThrows(() => fromCbor(bytes('c1'.repeat(500_000))), 'CBOR_INVALID');
  });

  const value = fc.letrec<{ value: CborValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n)),
      fc.uint8Array(),
      fc.array(tie('value'), { maxLength: 5 }),
      fc
        .uniqueArray(fc.tuple(fc.oneof(fc.integer(), fc.string()), tie('value')), {
          maxLength: 5,
          selector: ([key]) => key,
        })
        .map((members) => new Map(members)),
    ),
  })).value;

  it('is written so that it reads as it was, and as another library reads it', () => {
    fc.assert(
      fc.property(value, (value) => {
        expect(fromCbor(toCbor(value))).to.deep.equal(value);
        expect(decodeWithCborg(toCbor(value), { useMaps: true, allowBigInt: true })).to.deep.equal(value);
      }),
      { numRuns: runs(300, 20_000) },
    );
  });

  it('reads what another library writes', () => {
    fc.assert(
      fc.property(value, (value) => {
        // Cut from a Buffer, byte strings would be Buffers, which chai puts in another order than other arrays.
        expect(fromCbor(Uint8Array.from(encodeWithCborg(value)))).to.deep.equal(value);
      }),
      { numRuns: runs(300, 20_000) },
    );
  });

  it('accepts nothing that the other library refuses in strict mode', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        if (codeThrownBy(() => fromCbor(bytes)) !== undefined) return;
        const tags = new Proxy([], { get: () => (decode: () => unknown) => decode(), has: () => true });
        const options = {
          useMaps: true,
          strict: true,
          allowBigInt: true,
          rejectDuplicateMapKeys: true,
          tags,
        };
        decodeWithCborg(bytes, options);
      }),
      { numRuns: runs(5_000, 500_000) },
    );
  });
});

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
