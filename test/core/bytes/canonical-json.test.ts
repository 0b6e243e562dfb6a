import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { MAX_JSON_DEPTH, parseCanonicalJson, toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { runs } from '../../support/scale.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

const parse = (text: string): unknown => parseCanonicalJson(toUtf8(text));

describe('canonical JSON (RFC 8785)', () => {
  describeCorpus('jcs-rfc8785', (folder) => {
    for (const name of readdirSync(join(folder, 'input'))) {
      it(`${name} gives the published text and bytes, and only that is read`, () => {
        const input = readFileSync(join(folder, 'input', name), 'utf8');
        const output = readFileSync(join(folder, 'output', name), 'utf8');
        const outputHex = readFileSync(join(folder, 'outhex', name.replace('.json', '.txt')), 'utf8');
        const text = toCanonicalJson(JSON.parse(input));
        expect(text).to.equal(output.trimEnd());
        expect(toUtf8(text)).to.deep.equal(
          Uint8Array.from(outputHex.trim().split(/\s+/), (hex) => parseInt(hex, 16)),
        );
        expect(parse(text)).to.deep.equal(JSON.parse(input));
        expectThrows(() => parse(input), 'JSON_NOT_CANONICAL');
      });
    }
  });

  it('orders names by UTF-16 code units (§3.2.3)', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const value = Object.fromEntries(names.map((name) => [name, 0]));
    const expected = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const text = toCanonicalJson(value);
    expect(text).to.equal(`{${expected.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`);
    expect(parse(text)).to.deep.equal(value);
  });

  const numbers: readonly (readonly [bits: bigint, text: string])[] = [
    [0x0000000000000000n, '0'],
    [0x8000000000000000n, '0'],
    [0x0000000000000001n, '5e-324'],
    [0x7fefffffffffffffn, '1.7976931348623157e+308'],
    [0x4340000000000000n, '9007199254740992'],
    [0x4430000000000000n, '295147905179352830000'],
    [0x44b52d02c7e14af5n, '9.999999999999997e+22'],
    [0x44b52d02c7e14af6n, '1e+23'],
    [0x41b3de4355555553n, '333333333.3333332'],
    [0xbecbf647612f3696n, '-0.0000033333333333333333'],
  ];
  for (const [bits, text] of numbers) {
    it(`appendix B: ${bits.toString(16).padStart(16, '0')} is ${text}`, () => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, bits);
      expect(toCanonicalJson(view.getFloat64(0))).to.equal(text);
    });
  }

  const unwritable: readonly (readonly [name: string, value: unknown])[] = [
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['undefined', undefined],
    ['a member that is undefined', { a: undefined }],
    ['a hole in an array', Array(1)],
    ['a bigint', 1n],
    ['a function', () => 0],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['a value that contains itself', circular()],
  ];
  for (const [name, value] of unwritable) {
    it(`does not write ${name}`, () => expectThrows(() => toCanonicalJson(value), 'JSON_INVALID'));
  }

  const notCanonical: readonly (readonly [name: string, text: string])[] = [
    ['a space', '{"a": 1}'],
    ['a line break at the end', '{"a":1}\n'],
    ['a member twice', '{"a":1,"a":1}'],
    ['members out of order', '{"b":1,"a":1}'],
    ['members out of order further down', '{"a":[{"c":1,"b":1}]}'],
    ['array indexes in numerical order', '{"9":1,"10":1}'],
    ['a number with a needless fraction', '[1.0]'],
    ['a number with an exponent', '[1e2]'],
    ['minus zero', '[-0]'],
    ['a number too large', '[1e400]'],
    ['a number beyond its precision', '[9007199254740993]'],
    ['a needless escape', '["\\u0061"]'],
    ['an escaped slash', '["\\/"]'],
    ['an escape in upper case', '["\\u001F"]'],
    ['the long escape of a line break', '["\\u000a"]'],
    ['an escaped pair of surrogates', '["\\ud83d\\ude00"]'],
    ['a repeated __proto__', '{"__proto__":1,"__proto__":2}'],
  ];
  for (const [name, text] of notCanonical) {
    it(`refuses ${name}`, () => expectThrows(() => parse(text), 'JSON_NOT_CANONICAL'));
  }

  const notJson: readonly (readonly [name: string, text: string])[] = [
    ['nothing', ''],
    ['a comma at the end', '[1,]'],
    ['two values', '1 2'],
    ['a byte order mark', '\ufeff{}'],
    ['a raw control character', '["\n"]'],
    ['a lone surrogate as escape', '["\\ud800"]'],
    ['a lone surrogate in a name', '{"\\udc00":1}'],
    ['deep arrays', '['.repeat(4000) + ']'.repeat(4000)],
    ['deep objects', '{"a":'.repeat(1000) + '1' + '}'.repeat(1000)],
    ['one level too many', '['.repeat(MAX_JSON_DEPTH + 2) + ']'.repeat(MAX_JSON_DEPTH + 2)],
  ];
  for (const [name, text] of notJson) {
    it(`refuses ${name} as no JSON of ours`, () => expectThrows(() => parse(text), 'JSON_INVALID'));
  }

  it('refuses bytes that are not UTF-8', () => {
    const inside = (...bytes: readonly number[]): Uint8Array =>
      concatBytes(toUtf8('["'), Uint8Array.from(bytes), toUtf8('"]'));
    for (const bytes of [inside(0xff), inside(0xc0, 0x80), inside(0xed, 0xa0, 0x80), inside(0xe9)]) {
      expectThrows(() => parseCanonicalJson(bytes), 'JSON_INVALID');
    }
  });

  it('reads members whose names are array indexes, when they are in order', () => {
    expect(parse('{"10":1,"9":2}')).to.deep.equal({ 10: 1, 9: 2 });
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
        // JSON has no minus zero: compare what it can say.
        const sayable: unknown = JSON.parse(JSON.stringify(value));
        expect(isDeepStrictEqual(parse(toCanonicalJson(value)), sayable)).to.equal(true);
      }),
      { numRuns: runs(150, 20_000) },
    );
  });

  it('reads no bytes but the one form of their value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = toUtf8(toCanonicalJson(value));
        bytes[at % bytes.length] = byte;
        if (codeThrownBy(() => parseCanonicalJson(bytes)) !== undefined) return;
        expect(toUtf8(toCanonicalJson(parseCanonicalJson(bytes)))).to.deep.equal(bytes);
      }),
      { numRuns: runs(2000, 50_000) },
    );
  });
});

function circular(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}
