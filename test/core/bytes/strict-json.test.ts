import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { MAX_JSON_DEPTH } from '../../../core/bytes/canonical-json.ts';
import { parseStrictJson, parseStrictJsonText } from '../../../core/bytes/strict-json.ts';
import { runs } from '../../support/scale.ts';
import { expectThrows } from '../../support/throws-code.ts';

describe('strict JSON', () => {
  it('reads any value in any spelling', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(text.isWellFormed() && !/(?<![.\d])-?\d{16,}|e\+/.test(text));
        expect(parseStrictJsonText(text)).to.deep.equal(JSON.parse(text));
      }),
      { numRuns: runs(500, 50_000) },
    );
  });

  it('reads members of any name', () => {
    const text = '{"__proto__":1,"a\\"b:":2,"constructor":{"x:y":[":",{}]},"":3}';
    expect(JSON.stringify(parseStrictJsonText(text))).to.equal(text);
  });

  const refused: Readonly<Record<string, string>> = {
    'a member that is repeated': '{"a":1,"a":1}',
    'a member that is repeated in another spelling': '{"a":1,"\\u0061":2}',
    'a member that is repeated deep inside': '[{"b":{"c":1,"d":2,"c":3}}]',
    '__proto__ twice': '{"__proto__":1,"__proto__":2}',
    'an integer that loses digits': '9007199254740993',
    'a number that is no number': '[1e999]',
    'a lone surrogate': '"\\ud800"',
    'a lone surrogate as a name': '{"\\udc00":1}',
    nothing: '',
    'two values': '1 2',
    'a comment': '{} // x',
    'a byte order mark': '\uFEFF{}',
  };
  for (const [why, text] of Object.entries(refused)) {
    it(`refuses ${why}`, () => expectThrows(() => parseStrictJsonText(text), 'JSON_INVALID'));
  }

  it('refuses bytes that are not UTF-8', () =>
    expectThrows(() => parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22)), 'JSON_INVALID'));

  it(`goes ${MAX_JSON_DEPTH} deep and no deeper`, () => {
    parseStrictJsonText('['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH));
    for (const open of ['[', '{"a":', '[{"a":']) {
      expectThrows(() => parseStrictJsonText(open.repeat(1_000_000)), 'JSON_INVALID');
    }
  });
});
