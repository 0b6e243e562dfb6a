import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { fromBase45, toBase45 } from '../../../core/bytes/base45.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { deflate } from '../../../core/bytes/deflate.ts';
import { equalBytes } from '../../../core/bytes/equal.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { readVarint, writeVarint } from '../../../core/bytes/varint.ts';
import { CodeError } from '../../../core/qr/code-error.ts';
import { decodeCode, encodeCode, MAX_CODE_CHARACTERS, type CodeParts } from '../../../core/qr/code.ts';
import { DICTIONARY_1 } from '../../../core/qr/dictionary-1.ts';
import { qrVersion } from '../../../core/qr/image.ts';
import { toJws } from '../../../core/qr/jws.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { Random } from '../../support/random.ts';
import { sampleParts } from '../../support/sample-codes.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

const random = new Random(testSeed);
const VENUE = { profile: 'venue', type: 'vaccination' } as const;
const sample = sampleParts(random, VENUE);

/** What lies in the code, part by part, for tests that break one of them. */
interface Layout {
  readonly version: number;
  readonly dictionary: number;
  readonly flags: number;
  readonly headerLength: Uint8Array;
  readonly payloadLength: Uint8Array;
  readonly deflatedLength: Uint8Array;
  readonly deflated: Uint8Array;
  readonly signature: Uint8Array;
  readonly index: Uint8Array;
  readonly path: Uint8Array;
}

function layoutOf({ headerBytes, payloadBytes, signature, index, path }: CodeParts): Layout {
  const deflated = deflate(concatBytes(headerBytes, payloadBytes), DICTIONARY_1);
  return {
    version: 1,
    dictionary: 1,
    flags: 0,
    headerLength: writeVarint(headerBytes.length),
    payloadLength: writeVarint(payloadBytes.length),
    deflatedLength: writeVarint(deflated.length),
    deflated,
    signature,
    index: writeVarint(index),
    path,
  };
}

function textOf(layout: Layout): string {
  const { version, dictionary, flags, headerLength, payloadLength, deflatedLength, deflated } = layout;
  const { signature, index, path } = layout;
  const frame = Uint8Array.of(version, dictionary, flags);
  const lengths = concatBytes(headerLength, payloadLength, deflatedLength);
  return `HCL1:${toBase45(concatBytes(frame, lengths, deflated, signature, index, path))}`;
}

/** The sample code with some of its parts replaced. */
function broken(change: Partial<Layout>): string {
  return textOf({ ...layoutOf(sample), ...change });
}

function withDeflated(deflated: Uint8Array, headerLength: number, payloadLength: number): string {
  return broken({
    deflated,
    deflatedLength: writeVarint(deflated.length),
    headerLength: writeVarint(headerLength),
    payloadLength: writeVarint(payloadLength),
  });
}

describe('HCL1 code', () => {
  it('has the layout of DESIGN §3', () => {
    expect(encodeCode(sample)).to.equal(textOf(layoutOf(sample)));
  });

  it('decodes to the very bytes that were encoded, so to the very JWS', () => {
    const profile = fc.constantFrom('venue' as const, 'travel' as const);
    const type = fc.constantFrom('vaccination' as const, 'test' as const);
    fc.assert(
      fc.property(profile, type, fc.boolean(), fc.boolean(), fc.nat(12), (...options) => {
        const [profile, type, hasChineseName, hasHolderKey, pathSteps] = options;
        const parts = sampleParts(random, { profile, type, hasChineseName, hasHolderKey, pathSteps });
        const decoded = decodeCode(encodeCode(parts));
        expect(decoded).to.deep.equal(parts);
        expect(toJws(decoded)).to.equal(toJws(parts));
      }),
      { numRuns: runs(100, 2000) },
    );
  });

  it('carries any bytes, not only credentials', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(bytes, bytes, fc.nat(12), fc.nat(), (headerBytes, payloadBytes, steps, position) => {
        const path = random.bytes(32 * steps);
        const parts = {
          headerBytes,
          payloadBytes,
          signature: random.bytes(64),
          index: position % 2 ** steps,
          path,
        };
        expect(decodeCode(encodeCode(parts))).to.deep.equal(parts);
      }),
    );
  });

  it('of a venue credential with a 12-step proof fits QR version 20 at level M', () => {
    for (let i = 0; i < 200; i++) {
      const type = i % 2 === 0 ? 'vaccination' : 'test';
      const text = encodeCode(sampleParts(random, { profile: 'venue', type, hasChineseName: i % 4 > 1 }));
      // ISO/IEC 18004 table 7: 970 alphanumeric characters; the encoder agrees below.
      expect(text.length).to.be.at.most(970);
      if (i < 8) expect(qrVersion(text)).to.be.at.most(20);
    }
  });

  it('with a holder key fits version 22 for venue and 23 for travel, with a Chinese name too', () => {
    for (let i = 0; i < 100; i++) {
      const type = i % 2 === 0 ? 'vaccination' : 'test';
      const options = { type, hasChineseName: i % 4 > 1, hasHolderKey: true } as const;
      // ISO/IEC 18004 table 7: 1,134 and 1,248 alphanumeric characters.
      expect(encodeCode(sampleParts(random, { profile: 'venue', ...options })).length).to.be.at.most(1134);
      expect(encodeCode(sampleParts(random, { profile: 'travel', ...options })).length).to.be.at.most(1248);
    }
  });

  it('with a presentation is the same bytes with a flag, then time, gate and signature', () => {
    const signature = random.bytes(64);
    const presentation = { timeSeconds: 0x01020304, gate: 0x05060708, signature };
    const tail = concatBytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), signature);
    const layout = layoutOf(sample);
    expect(encodeCode({ ...sample, presentation })).to.equal(
      textOf({ ...layout, flags: 1, path: concatBytes(layout.path, tail) }),
    );
    expect(decodeCode(encodeCode({ ...sample, presentation }))).to.deep.equal({ ...sample, presentation });
  });

  it('with a presentation fits version 23 for venue', () => {
    const signature = random.bytes(64);
    const presentation = { timeSeconds: 1_800_000_000, gate: 7, signature };
    for (let i = 0; i < 100; i++) {
      const type = i % 2 === 0 ? 'vaccination' : 'test';
      const options = { type, hasChineseName: i % 4 > 1, hasHolderKey: true } as const;
      const parts = sampleParts(random, { profile: 'venue', ...options });
      expect(encodeCode({ ...parts, presentation }).length).to.be.at.most(1248);
    }
  });

  it('dictionary 1 never changes', () => {
    expect(toHex(nodeCrypto.sha256(DICTIONARY_1))).to.equal(
      '0xb3ad35426136b2339a03ede9bb404fb72afff6e2a888eab2de163024bf6bf841',
    );
  });

  const { headerBytes, payloadBytes } = sample;
  const content = concatBytes(headerBytes, payloadBytes);
  const zipped = deflateRawSync(content, { dictionary: DICTIONARY_1 });
  const refused: readonly (readonly [why: string, text: string, code: string])[] = [
    ['nothing', '', 'CODE_EMPTY'],
    ['a text', 'hello', 'CODE_UNKNOWN'],
    ['a space before it', ` ${encodeCode(sample)}`, 'CODE_UNKNOWN'],
    ['the prefix in lower case', encodeCode(sample).replace('HCL', 'hcl'), 'CODE_UNKNOWN'],
    ['another kind of code', 'HC1:6BFOXN%TSMAHN-H', 'CODE_FOREIGN'],
    ['a later version by its prefix', encodeCode(sample).replace('HCL1', 'HCL2'), 'CODE_VERSION_UNKNOWN'],
    ['a version of two digits', 'HCL12:', 'CODE_VERSION_UNKNOWN'],
    ['a later version by its first byte', broken({ version: 2 }), 'CODE_VERSION_UNKNOWN'],
    ['version 0', broken({ version: 0 }), 'CODE_VERSION_UNKNOWN'],
    ['another dictionary', broken({ dictionary: 2 }), 'CODE_DICTIONARY_UNKNOWN'],
    ['a flag that we do not know', broken({ flags: 2 }), 'CODE_FLAGS_UNKNOWN'],
    ['such a flag beside one that we know', broken({ flags: 3 }), 'CODE_FLAGS_UNKNOWN'],
    ['the flag of a presentation where there is none', broken({ flags: 1 }), 'CODE_MALFORMED'],
    [
      'a presentation without its flag',
      broken({ path: concatBytes(sample.path, new Uint8Array(72)) }),
      'CODE_PATH_TOO_LONG',
    ],
    ['nothing but a presentation', `HCL1:${toBase45(Uint8Array.of(1, 1, 1))}`, 'CODE_MALFORMED'],
    ['the highest flag', broken({ flags: 128 }), 'CODE_FLAGS_UNKNOWN'],
    ['more characters than a QR code holds', `HCL1:${'0'.repeat(MAX_CODE_CHARACTERS - 4)}`, 'CODE_TOO_LONG'],
    ['a line break after it', `${encodeCode(sample)}\n`, 'CODE_NOT_BASE45'],
    ['a space after it', `${encodeCode(sample)} `, 'CODE_NOT_BASE45'],
    ['lower case', encodeCode(sample).toLowerCase().replace('hcl1', 'HCL1'), 'CODE_NOT_BASE45'],
    ['the prefix alone', 'HCL1:', 'CODE_MALFORMED'],
    ['a frame without lengths', `HCL1:${toBase45(Uint8Array.of(1, 1, 0))}`, 'CODE_MALFORMED'],
    ['an empty header', broken({ headerLength: writeVarint(0) }), 'CODE_MALFORMED'],
    ['an empty payload', broken({ payloadLength: writeVarint(0) }), 'CODE_MALFORMED'],
    [
      'a varint that is too long',
      broken({ headerLength: Uint8Array.of(0xc5, 0x80, 0x00) }),
      'CODE_MALFORMED',
    ],
    ['an index in a varint that is too long', broken({ index: Uint8Array.of(0x85, 0x00) }), 'CODE_MALFORMED'],
    ['an index outside the tree', broken({ index: writeVarint(4096) }), 'CODE_MALFORMED'],
    ['a path of broken hashes', broken({ path: sample.path.slice(1) }), 'CODE_MALFORMED'],
    [
      'a path with a byte too many',
      broken({ path: concatBytes(sample.path, Uint8Array.of(0)) }),
      'CODE_PATH_TOO_LONG',
    ],
    ['13 steps', broken({ path: random.bytes(13 * 32) }), 'CODE_PATH_TOO_LONG'],
    [
      'no signature',
      broken({ signature: new Uint8Array(0), index: new Uint8Array(0), path: new Uint8Array(0) }),
      'CODE_MALFORMED',
    ],
    ['no index', broken({ index: new Uint8Array(0), path: new Uint8Array(0) }), 'CODE_MALFORMED'],
    [
      'a deflated length past the end',
      broken({ deflatedLength: writeVarint(0xffff_ffff) }),
      'CODE_MALFORMED',
    ],
    [
      'more content than announced',
      withDeflated(zipped, headerBytes.length, payloadBytes.length - 1),
      'CODE_INFLATE',
    ],
    [
      'less content than announced',
      withDeflated(zipped, headerBytes.length, payloadBytes.length + 1),
      'CODE_INFLATE',
    ],
    ['an announced content above the limit', withDeflated(zipped, 1, 8192), 'CODE_INFLATE'],
    ['lengths whose sum overflows', withDeflated(zipped, 0xffff_ffff, 0xffff_ffff), 'CODE_INFLATE'],
    ['a bomb', withDeflated(deflateRawSync(new Uint8Array(2_000_000)), 100, 8092), 'CODE_INFLATE'],
    [
      'no deflate stream',
      withDeflated(new Uint8Array(0), headerBytes.length, payloadBytes.length),
      'CODE_INFLATE',
    ],
    [
      'a byte after the deflate stream',
      withDeflated(concatBytes(zipped, Uint8Array.of(0)), headerBytes.length, payloadBytes.length),
      'CODE_INFLATE',
    ],
    [
      'a deflate stream that reaches beyond the dictionary',
      withDeflated(
        deflateRawSync(content, { dictionary: concatBytes(content, random.bytes(4000)) }),
        headerBytes.length,
        payloadBytes.length,
      ),
      'CODE_INFLATE',
    ],
  ];
  for (const [why, text, code] of refused)
    it(`refuses ${why}`, () => expectThrows(() => decodeCode(text), code));

  it('reads the content at its limit of 8 KiB', () => {
    const parts = { ...sample, payloadBytes: new Uint8Array(8192 - headerBytes.length).fill(0x20) };
    expect(decodeCode(encodeCode(parts)).payloadBytes).to.deep.equal(parts.payloadBytes);
    const larger = { ...sample, payloadBytes: new Uint8Array(8193 - headerBytes.length).fill(0x20) };
    expectThrows(() => encodeCode(larger), 'CODE_INFLATE');
  });

  it('says which foreign kind it was', () => {
    expect(() => decodeCode('shc:/5676290952432060346029243740446031222959532654603460292540772804336028'))
      .to.throw(CodeError)
      .with.property('kind', 'SMART Health Card');
  });

  it('its errors say nothing of what is in the text', () => {
    const text = `${encodeCode(sample).slice(0, 40)}secret`;
    expect(() => decodeCode(text))
      .to.throw(CodeError)
      .with.property('message')
      .that.does.not.include('secret');
  });

  const occasion = { timeSeconds: 0, gate: 0, signature: new Uint8Array(64) };
  const unwritable: readonly (readonly [why: string, change: Partial<CodeParts>, code: string])[] = [
    ['a short signature', { signature: new Uint8Array(63) }, 'CODE_MALFORMED'],
    ['13 steps', { path: new Uint8Array(13 * 32) }, 'CODE_PATH_TOO_LONG'],
    ['an index outside the tree', { index: 4096 }, 'CODE_MALFORMED'],
    ['a broken path', { path: new Uint8Array(33) }, 'CODE_MALFORMED'],
    ['no header', { headerBytes: new Uint8Array(0) }, 'CODE_MALFORMED'],
    ['a time beyond 32 bits', { presentation: { ...occasion, timeSeconds: 2 ** 32 } }, 'CODE_MALFORMED'],
    ['a gate below zero', { presentation: { ...occasion, gate: -1 } }, 'CODE_MALFORMED'],
    [
      'a presentation with a short signature',
      { presentation: { ...occasion, signature: new Uint8Array(63) } },
      'CODE_MALFORMED',
    ],
    ['a payload that no QR code holds', { payloadBytes: random.bytes(4000) }, 'CODE_TOO_LONG'],
  ];
  for (const [why, change, code] of unwritable) {
    it(`does not write ${why}`, () => expectThrows(() => encodeCode({ ...sample, ...change }), code));
  }

  describe('bad input', () => {
    /** Runs and, by the type of the assertion, lets no other error through. */
    function outcome(text: string): string {
      return codeThrownBy(() => decodeCode(text)) ?? 'decoded';
    }

    it('any text gives parts or a CodeError', () => {
      fc.assert(
        fc.property(fc.string({ unit: anyCharacter, maxLength: 300 }), (text) => {
          for (const prefix of ['', 'HCL1:', 'HC1:']) {
            expect(outcome(prefix + text)).to.match(/^CODE_/);
          }
        }),
        { numRuns: runs(2000, 50_000) },
      );
    });

    it('any bytes after the frame give parts or a CodeError', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
          const text = `HCL1:${toBase45(concatBytes(Uint8Array.of(1, 1, 0), bytes))}`;
          expect(outcome(text)).to.match(/^CODE_|^decoded$/);
        }),
        { numRuns: runs(3000, 50_000) },
      );
    });

    it('a code with a bit or a character changed, cut or doubled is refused, another one, or the same bytes deflated in another way', () => {
      const texts = Array.from({ length: 20 }, () => encodeCode(sampleParts(random, VENUE)));
      const original = texts.map(decodeCode);
      const character = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:a\n');
      const mutations: readonly ((text: string, at: number, by: string) => string)[] = [
        (text, at, by) => text.slice(0, at) + by + text.slice(at + 1),
        (text, at, by) => text.slice(0, at) + by + text.slice(at),
        (text, at) => text.slice(0, at),
        (text, at) => text.slice(0, at) + text.slice(at + 1),
        (text, at) => text + text.slice(at),
        (text, at, by) => flipBit(text, at, by.charCodeAt(0) & 7),
      ];
      fc.assert(
        fc.property(fc.nat(19), fc.nat(5), fc.nat(), character, (which, how, position, by) => {
          // `which` and `how` are within their lists.
          const text = texts[which]!;
          const mutated = mutations[how]!(text, position % text.length, by);
          fc.pre(mutated !== text);
          const result = outcome(mutated);
          expect(result).to.match(/^CODE_|^decoded$/);
          if (result !== 'decoded' || !isSameCode(decodeCode(mutated), original[which]!)) return;
          expect(withoutDeflated(mutated)).to.deep.equal(withoutDeflated(text));
        }),
        { numRuns: runs(5000, 200_000) },
      );
    });
  });
});

function flipBit(text: string, at: number, bit: number): string {
  const bytes = fromBase45(text, 5);
  // The remainder is an index.
  bytes[at % bytes.length]! ^= 1 << bit;
  return `HCL1:${toBase45(bytes)}`;
}

/** The bytes of a code that decodes, but for its deflate stream and the length of that. */
function withoutDeflated(text: string): Uint8Array {
  const bytes = fromBase45(text, 5);
  const headerLength = readVarint(bytes, 3);
  const payloadLength = readVarint(bytes, headerLength.next);
  const deflatedLength = readVarint(bytes, payloadLength.next);
  const end = deflatedLength.next + deflatedLength.value;
  return concatBytes(bytes.subarray(0, payloadLength.next), bytes.subarray(end));
}

function isSameCode(a: CodeParts, b: CodeParts): boolean {
  return (
    equalBytes(a.headerBytes, b.headerBytes) &&
    equalBytes(a.payloadBytes, b.payloadBytes) &&
    equalBytes(a.signature, b.signature) &&
    equalBytes(a.path, b.path) &&
    a.index === b.index
  );
}
