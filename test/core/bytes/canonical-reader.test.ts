import { describe, it } from 'mocha';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import {
  list,
  natural,
  object,
  oneOf,
  optional,
  readCanonical,
  text,
  type Reader,
} from '../../../core/bytes/canonical-reader.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { runs, testSeed } from '../../support/scale.ts';

interface Shelf {
  readonly a: { readonly n: number };
  readonly kind: 'book' | 'box';
  readonly label?: string;
  readonly z: string;
}

const readShelf = object<Shelf>({
  z: text(),
  kind: oneOf(['book', 'box']),
  label: optional(text(/^[a-z]+$/)),
  a: object<Shelf['a']>({ n: natural({ min: 2, max: 40, multipleOf: 2 }) }),
});

const read = <T>(json: string, reader: Reader<T>): T => readCanonical(toUtf8(json), reader);

describe('a reader of canonical JSON', () => {
  it('makes the value, with optional members and without', () => {
    const whole: Shelf = { a: { n: 4 }, kind: 'box', label: 'x', z: '陳 "\\\n' };
    const { label: _, ...less } = whole;
    for (const value of [whole, less]) expect(read(toCanonicalJson(value), readShelf)).to.deep.equal(value);
  });

  for (const [what, json] of [
    ['a member is missing', '{"a":{"n":4},"kind":"box"}'],
    ['a member is unknown', '{"a":{"n":4},"kind":"box","more":1,"z":"x"}'],
    ['a member comes twice', '{"a":{"n":4},"kind":"box","kind":"box","z":"x"}'],
    ['members stand in another order', '{"kind":"box","a":{"n":4},"z":"x"}'],
    ['a value is of another type', '{"a":{"n":"4"},"kind":"box","z":"x"}'],
    ['a string is empty', '{"a":{"n":4},"kind":"box","z":""}'],
    ['a string does not match', '{"a":{"n":4},"kind":"box","label":"X","z":"x"}'],
    ['a string is none of the known', '{"a":{"n":4},"kind":"cup","z":"x"}'],
    ['a number is too small', '{"a":{"n":0},"kind":"box","z":"x"}'],
    ['a number is too large', '{"a":{"n":42},"kind":"box","z":"x"}'],
    ['a number is no multiple', '{"a":{"n":5},"kind":"box","z":"x"}'],
    ['a number has a leading zero', '{"a":{"n":04},"kind":"box","z":"x"}'],
    ['a number has a fraction', '{"a":{"n":4.0},"kind":"box","z":"x"}'],
    ['a number has an exponent', '{"a":{"n":4e0},"kind":"box","z":"x"}'],
    ['a number has a sign', '{"a":{"n":-4},"kind":"box","z":"x"}'],
    ['there are spaces', '{"a":{"n":4}, "kind":"box","z":"x"}'],
    ['something follows', '{"a":{"n":4},"kind":"box","z":"x"} '],
    ['it is cut short', '{"a":{"n":4},"kind":"box","z":"x"'],
    ['a character is escaped without need', '{"a":{"n":4},"kind":"box","z":"\\u0078"}'],
    ['a control character stands bare', '{"a":{"n":4},"kind":"box","z":"\u0001"}'],
    ['an escape is spelled in capitals', '{"a":{"n":4},"kind":"box","z":"\\u001F"}'],
    ['a surrogate is lone', '{"a":{"n":4},"kind":"box","z":"\\ud800"}'],
    ['an escape does not end', '{"a":{"n":4},"kind":"box","z":"\\'],
  ] as const) {
    it(`refuses a text when ${what}`, () => {
      expect(() => read(json, readShelf))
        .to.throw()
        .with.property('code', 'JSON_NOT_OF_FORM');
    });
  }

  it('reads lists of as many items as it is told, in their order', () => {
    const numbers = list(natural({ max: 9 }), { min: 1, max: 3 });
    expect(read('[3]', numbers)).to.deep.equal([3]);
    expect(read('[2,1,2]', numbers)).to.deep.equal([2, 1, 2]);
    expect(read('[]', list(text(), { min: 0, max: 1 }))).to.deep.equal([]);
    for (const json of [
      '[]',
      '[1,2,3,4]',
      '[1,]',
      '[,1]',
      '[1 ,2]',
      '[1',
      '[1,2',
      '[1}',
      '1',
      '["1"]',
      '[[1]]',
    ]) {
      expect(() => read(json, numbers), json)
        .to.throw()
        .with.property('code', 'JSON_NOT_OF_FORM');
    }
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => readCanonical(Uint8Array.of(0x22, 0xff, 0x22), text()))
      .to.throw()
      .with.property('code', 'JSON_NOT_OF_FORM');
  });

  it('takes exactly the strings that the canonical writer writes', () => {
    const token = fc
      .tuple(fc.string({ unit: 'binary' }), fc.nat(), fc.constantFrom('\\', '"', 'u', '\n', 'd', '0', ''))
      .map(([value, place, inserted]) => {
        const written = JSON.stringify(value.toWellFormed());
        const at = place % (written.length + 1);
        // UTF-8 cannot carry half a surrogate pair.
        return (written.slice(0, at) + inserted + written.slice(at)).toWellFormed();
      });
    fc.assert(
      fc.property(token, (json) => {
        const expected = stringSpelled(json);
        let found: string | undefined;
        try {
          found = read(json, text(/^/));
        } catch {
          found = undefined;
        }
        expect(found).to.equal(expected);
      }),
      { numRuns: runs(5000, 100_000), seed: testSeed },
    );
  });

  it('takes exactly the natural numbers that the canonical writer writes', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789.-e'), maxLength: 18 });
    const max = Number.MAX_SAFE_INTEGER;
    fc.assert(
      fc.property(fc.oneof(digits, fc.maxSafeNat().map(String)), (json) => {
        const value = /^(0|[1-9]\d*)$/.test(json) && Number(json) <= max ? Number(json) : undefined;
        let found: number | undefined;
        try {
          found = read(json, natural({ max }));
        } catch {
          found = undefined;
        }
        expect(found).to.equal(value);
      }),
      { numRuns: runs(2000, 100_000), seed: testSeed },
    );
  });
});

/** The string that `json` spells canonically. */
function stringSpelled(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' && toCanonicalJson(value) === json ? value : undefined;
  } catch {
    return undefined;
  }
}
