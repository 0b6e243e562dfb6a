import { describe, it } from 'mocha';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseCanonicalJson, toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { isPlainCanonicalJson } from '../../../core/bytes/plain-json.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { runs, testSeed } from '../../support/scale.ts';

function isPlain(text: string): boolean {
  return isPlainCanonicalJson(toUtf8(text));
}

describe('plain canonical JSON', () => {
  it('is known at a glance', () => {
    for (const text of [
      '{}',
      '[]',
      '{"a":1,"b":[true,null,"陳"],"c":{"a":0,"aa":false}}',
      '[[],{},[{"a":"x"}]]',
      '7',
      '"x"',
    ]) {
      expect(isPlain(text), text).to.equal(true);
    }
  });

  it('is not what needs a closer look', () => {
    const closer = [
      '{"b":1,"a":1}',
      '{"a":1,"a":1}',
      '{"aa":1,"a":1}',
      '[1, 2]',
      '{"a" :1}',
      '[-1]',
      '[1.5]',
      '[1e3]',
      '[1E3]',
      '["\\n"]',
      '{"é":1}',
      '[1234567890123456]',
      '["',
    ];
    for (const text of closer) expect(isPlain(text), text).to.equal(false);
  });

  it('that JSON.parse takes is canonical, whatever was mutated', () => {
    const characters = [...'{}[]",:0123456789abctruefalsn \\-.eE+é\u0000'];
    const mutated = fc
      .tuple(
        fc.jsonValue({ maxDepth: 4 }),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...characters), fc.nat(1)), { maxLength: 3 }),
      )
      .map(([value, changes]) =>
        changes.reduce((text, [place, character, removed]) => {
          const at = place % (text.length + 1);
          return text.slice(0, at) + character + text.slice(at + removed);
        }, canonical(value)),
      );
    fc.assert(
      fc.property(mutated, (text) => {
        if (!isPlain(text) || !isJson(text)) return;
        parseCanonicalJson(toUtf8(text));
      }),
      { numRuns: runs(5000, 200_000), seed: testSeed },
    );
  });
});

function canonical(value: unknown): string {
  try {
    return toCanonicalJson(value);
  } catch {
    return '{}';
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
