import { constants, deflateRawSync, deflateSync, inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { deflateSync as fflateDeflate, inflateSync as fflateInflate } from 'fflate';
import { describe, it } from 'mocha';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { deflate } from '../../../core/bytes/deflate.ts';
import { inflateBounded } from '../../../core/bytes/inflate.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { fromZlib, toZlib } from '../../../core/bytes/zlib.ts';
import { DICTIONARY_1 } from '../../../core/qr/dictionary-1.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

const maxBytes = 8192;
const NONE = new Uint8Array(0);

/** Bytes with repetitions, some of them from the dictionary: what deflate has work with. */
const compressible: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom('","nameEn":"', 'sct|840539006', 'aaaaaaaaaaaaaaaaaaaaaaaa', '陳大文').map(toUtf8),
      fc.tuple(fc.nat(2000), fc.nat(300)).map(([from, length]) => DICTIONARY_1.slice(from, from + length)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => concatBytes(...parts));

/** Writes numbers bit by bit, least significant first, as RFC 1951 §3.1.1 packs them. */
function bits(...fields: readonly (readonly [value: number, count: number])[]): Uint8Array {
  const all = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1));
  const bytes = new Uint8Array(Math.ceil(all.length / 8));
  all.forEach((bit, i) => (bytes[i >> 3]! |= bit << (i & 7)));
  return bytes;
}

/** Huffman codes go most significant bit first. */
function code(value: number, count: number): readonly [number, number] {
  let reversed = 0;
  for (let i = 0; i < count; i++) reversed |= ((value >> i) & 1) << (count - 1 - i);
  return [reversed, count];
}

/**
 * A dynamic block that says "A". Given are the code lengths, 0 to 2, of the literals 65 to 67 and of the end, all
 * others are 0; and the codes of 65 and of the end.
 */
function dynamicBlock(
  lengths: readonly number[],
  ...codes: readonly (readonly [number, number])[]
): Uint8Array {
  // The code length code: 18 is 0, 0 is 10, 1 is 110, 2 is 111.
  const orders = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];
  const bitsOf = new Map([18, 0, 1, 2].map((symbol, i) => [symbol, [1, 2, 3, 3][i]] as const));
  const codeLengths = orders.map((symbol) => [bitsOf.get(symbol) ?? 0, 3] as const);
  const lengthCodes = [code(0b10, 2), code(0b110, 3), code(0b111, 3)];
  const [a, b, c, end] = lengths.map((length) => lengthCodes[length] ?? code(0, 0));
  const zeros = (count: number): readonly (readonly [number, number])[] => [code(0, 1), [count - 11, 7]];
  const noDistance = code(0b10, 2);
  return bits(
    [5, 3], // the last block, dynamic
    ...([
      [0, 5],
      [0, 5],
      [14, 4],
    ] as const), // 257 literals, 1 distance, 18 code lengths
    ...codeLengths,
    ...zeros(65),
    ...[a, b, c].map((length) => length ?? code(0, 0)),
    ...zeros(138),
    ...zeros(50),
    end ?? code(0, 0),
    noDistance,
    ...codes,
  );
}

describe('inflate (RFC 1951)', () => {
  const writers: readonly (readonly [name: string, write: (data: Uint8Array) => Uint8Array])[] = [
    ['ours', (data) => deflate(data, DICTIONARY_1)],
    ['zlib', (data) => deflateRawSync(data, { level: 9, dictionary: DICTIONARY_1 })],
    ['zlib, stored', (data) => deflateRawSync(data, { level: 0, dictionary: DICTIONARY_1 })],
    [
      'zlib, fixed codes',
      (data) => deflateRawSync(data, { strategy: constants.Z_FIXED, dictionary: DICTIONARY_1 }),
    ],
    [
      'zlib, codes only',
      (data) => deflateRawSync(data, { strategy: constants.Z_HUFFMAN_ONLY, dictionary: DICTIONARY_1 }),
    ],
    ['fflate', (data) => fflateDeflate(data, { level: 9, dictionary: DICTIONARY_1 })],
  ];
  for (const [name, write] of writers) {
    it(`reads what ${name} wrote with the dictionary, and no other end of it`, () => {
      fc.assert(
        fc.property(compressible, (data) => {
          const stream = write(data);
          const inflate = (bytes: Uint8Array): Uint8Array =>
            inflateBounded(bytes, { dictionary: DICTIONARY_1, maxBytes });
          expect(inflate(stream)).to.deep.equal(data);
          expectThrows(() => inflate(stream.subarray(0, -1)), 'INFLATE_INVALID');
          expectThrows(() => inflate(concatBytes(stream, Uint8Array.of(0))), 'INFLATE_INVALID');
        }),
        { numRuns: runs(60, 2000) },
      );
    });
  }

  it('reads many dynamic blocks and distances of 32 KiB', () => {
    const random = new Random(testSeed);
    const words = Array.from({ length: 500 }, () => random.bytes(3 + random.below(30)));
    const data = concatBytes(...Array.from({ length: 20_000 }, () => random.pick(words)));
    expect(inflateBounded(deflateRawSync(data), { maxBytes: data.length })).to.deep.equal(data);
  });

  it('accepts no stream that zlib refuses, and reads the same from the rest', () => {
    const start = concatBytes(...Array.from({ length: 8 }, (_, i) => toUtf8(`{"claim":${i * 7}}`)));
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 9),
        fc.nat(),
        fc.nat(255),
        fc.boolean(),
        (level, at, byte, isFixed) => {
          const strategy = isFixed ? constants.Z_FIXED : constants.Z_DEFAULT_STRATEGY;
          const stream = new Uint8Array(deflateRawSync(start, { level, strategy }));
          stream[at % stream.length] = byte;
          if (codeThrownBy(() => inflateBounded(stream, { maxBytes })) !== undefined) return;
          const expected = new Uint8Array(inflateRawSync(stream, { maxOutputLength: maxBytes }));
          expect(inflateBounded(stream, { maxBytes })).to.deep.equal(expected);
        },
      ),
      { numRuns: runs(3000, 50_000) },
    );
  });

  it('throws nothing but its own errors, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(codeThrownBy(() => inflateBounded(bytes, { dictionary: DICTIONARY_1, maxBytes }))).to.be.oneOf(
          [undefined, 'INFLATE_INVALID', 'INFLATE_TOO_LARGE'],
        );
      }),
      { numRuns: runs(5000, 100_000) },
    );
  });

  it('stops a bomb at the limit, and gives what is exactly at it', () => {
    const bomb = deflateRawSync(new Uint8Array(50_000_000), { level: 9 });
    expectThrows(() => inflateBounded(bomb, { maxBytes }), 'INFLATE_TOO_LARGE');
    const full = deflateRawSync(new Uint8Array(maxBytes), { level: 9 });
    expect(inflateBounded(full, { maxBytes })).to.have.length(maxBytes);
    expectThrows(() => inflateBounded(full, { maxBytes: maxBytes - 1 }), 'INFLATE_TOO_LARGE');
  });

  it('reaches to the first byte of the dictionary and not beyond', () => {
    const dictionary = toUtf8('abcdef');
    // fixed block: length 3 (symbol 257), then distance 6 or 7 (symbol 4 + one bit), end of block
    const at = (distance: number): Uint8Array =>
      bits([3, 3], code(1, 7), code(4, 5), [distance - 5, 1], code(0, 7));
    expect(inflateBounded(at(6), { dictionary, maxBytes })).to.deep.equal(toUtf8('abc'));
    expectThrows(() => inflateBounded(at(6), { dictionary: toUtf8('abcde'), maxBytes }), 'INFLATE_INVALID');
    expectThrows(() => inflateBounded(at(6), { maxBytes }), 'INFLATE_INVALID');
  });

  it('copies from the dictionary on into what it wrote', () => {
    // length 10 (symbol 264), distance 2
    const stream = bits([3, 3], code(8, 7), code(1, 5), code(0, 7));
    expect(inflateBounded(stream, { dictionary: toUtf8('xy'), maxBytes })).to.deep.equal(
      toUtf8('xyxyxyxyxy'),
    );
  });

  it('reads a dynamic block whose codes fit exactly', () => {
    expect(inflateBounded(dynamicBlock([1, 0, 0, 1], code(0, 1), code(1, 1)), { maxBytes })).to.deep.equal(
      toUtf8('A'),
    );
    expect(inflateBounded(dynamicBlock([2, 2, 2, 2], code(0, 2), code(3, 2)), { maxBytes })).to.deep.equal(
      toUtf8('A'),
    );
  });

  const dynamic: readonly (readonly [number, number])[] = [[5, 3]];
  const refused: readonly (readonly [why: string, stream: Uint8Array])[] = [
    ['nothing', NONE],
    ['block type 3', bits([7, 3])],
    ['a stored block whose length is not confirmed', Uint8Array.of(1, 1, 0, 0xff, 0xff, 65)],
    ['a stored block cut short', Uint8Array.of(1, 2, 0, 0xfd, 0xff, 65)],
    ['bits before a stored block', Uint8Array.of(1 | 8, 0, 0, 0xff, 0xff)],
    ['bits after the end', bits([3, 3], code(0, 7), [1, 1])],
    ['a byte after the end', bits([3, 3], code(0, 7), [0, 14])],
    ['length symbol 286', bits([3, 3], code(0xc6, 8), code(0, 5), code(0, 7))],
    ['distance symbol 30', bits([3, 3], code(0x30 + 65, 8), code(1, 7), code(30, 5), code(0, 7))],
    ['a last block that is missing', bits([2, 3], code(0, 7))],
    ['287 literal symbols', bits(...dynamic, [30, 5], [0, 5], [0, 4])],
    ['31 distance symbols', bits(...dynamic, [0, 5], [30, 5], [0, 4])],
    [
      'code lengths with too many codes',
      bits(...dynamic, [0, 5], [0, 5], [0, 4], [1, 3], [1, 3], [1, 3], [0, 3]),
    ],
    [
      'code lengths with too few codes',
      bits(...dynamic, [0, 5], [0, 5], [0, 4], [2, 3], [2, 3], [0, 3], [0, 3]),
    ],
    ['code lengths without a code', bits(...dynamic, [0, 5], [0, 5], [0, 4], [0, 30])],
    ['literals with too many codes', dynamicBlock([1, 0, 2, 1], code(0, 1), code(1, 1))],
    ['literals with too few codes', dynamicBlock([2, 0, 0, 2], code(0, 2), code(1, 2))],
    // code length symbols 16 and 18 have the codes 0 and 1
    [
      'a repeat of nothing',
      bits(...dynamic, [0, 5], [0, 5], [0, 4], [1, 3], [0, 3], [1, 3], [0, 3], [0, 1], [0, 2]),
    ],
    [
      'more code lengths than symbols',
      bits(
        ...dynamic,
        [0, 5],
        [0, 5],
        [0, 4],
        [0, 3],
        [1, 3],
        [1, 3],
        [0, 3],
        [1, 1],
        [127, 7],
        [1, 1],
        [127, 7],
      ),
    ],
    [
      'a block without an end symbol',
      bits(
        ...dynamic,
        [0, 5],
        [0, 5],
        [0, 4],
        [0, 3],
        [1, 3],
        [1, 3],
        [0, 3],
        [1, 1],
        [127, 7],
        [1, 1],
        [109, 7],
      ),
    ],
  ];
  for (const [why, stream] of refused) {
    it(`refuses ${why}`, () => expectThrows(() => inflateBounded(stream, { maxBytes }), 'INFLATE_INVALID'));
  }
});

describe('deflate (RFC 1951)', () => {
  it('gives a stream that zlib and fflate read', () => {
    fc.assert(
      fc.property(compressible, (data) => {
        const stream = deflate(data, DICTIONARY_1);
        expect(new Uint8Array(inflateRawSync(stream, { dictionary: DICTIONARY_1 }))).to.deep.equal(data);
        const out = new Uint8Array(data.length);
        if (data.length > 0)
          expect(fflateInflate(stream, { dictionary: DICTIONARY_1, out })).to.deep.equal(data);
      }),
      { numRuns: runs(150, 3000) },
    );
  });

  it('takes every length and distance', () => {
    const random = new Random(testSeed);
    const noise = random.bytes(33_000);
    for (const [distance, length] of [
      [1, 3],
      [1, 258],
      [4, 257],
      [5, 259],
      [300, 100],
      [8193, 227],
      [24_577, 20],
      [32_768, 300],
      [32_769, 300],
    ] as const) {
      const data = concatBytes(noise.subarray(0, distance), noise.subarray(0, Math.min(length, distance)));
      const long = concatBytes(data, data.subarray(-distance));
      expect(new Uint8Array(inflateRawSync(deflate(long, NONE)))).to.deep.equal(long);
    }
  });
});

describe('zlib (RFC 1950)', () => {
  it('reads what it and Node write', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (data) => {
        expect(fromZlib(toZlib(data), 20_000)).to.deep.equal(data);
        expect(fromZlib(deflateSync(data), 20_000)).to.deep.equal(data);
      }),
      { numRuns: runs(50, 500) },
    );
  });

  it('sums more than one run of Adler-32', () => {
    const data = new Random(testSeed).bytes(100_000).map((byte) => byte | 0xf0);
    expect(fromZlib(deflateSync(data), data.length)).to.deep.equal(data);
  });

  const good = deflateSync(toUtf8('status'));
  const changed = (at: number, byte: number): Uint8Array =>
    Uint8Array.from(good, (b, i) => (i === at ? byte : b));
  const refused: readonly (readonly [why: string, bytes: Uint8Array])[] = [
    ['nothing', NONE],
    ['a stream cut short', good.subarray(0, -1)],
    ['a byte after the end', concatBytes(good, Uint8Array.of(0))],
    ['a wrong checksum', changed(good.length - 1, good[good.length - 1]! ^ 1)],
    ['another method', Uint8Array.from([0x79, 0x9c ^ 31, ...good.subarray(2)])],
    ['wrong check bits', changed(1, good[1]! ^ 1)],
    ['a preset dictionary', new Uint8Array(deflateSync(toUtf8('status'), { dictionary: toUtf8('status') }))],
  ];
  for (const [why, bytes] of refused) {
    it(`refuses ${why}`, () => expectThrows(() => fromZlib(bytes, maxBytes), 'INFLATE_INVALID'));
  }
});
