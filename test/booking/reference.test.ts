import { describe, it } from 'mocha';
import { expect } from 'chai';
import fc from 'fast-check';
import { makeReference, parseReference, REFERENCE_ALPHABET } from '../../booking/reference.ts';
import { runs, testSeed } from '../support/scale.ts';
import { expectThrows } from '../support/throws-code.ts';
import { Random } from '../support/random.ts';

const options = { numRuns: runs(200, 20_000), seed: testSeed };
const reference = fc.integer().map((seed) => {
  const random = new Random(seed);
  return makeReference((length) => random.bytes(length));
});

describe('booking reference', () => {
  it('has ten characters, none of those that are mixed up on paper', () => {
    fc.assert(
      fc.property(reference, (text) => {
        expect(text).to.match(/^[2-9A-HJKMNP-Z]{10}$/);
        expect(parseReference(text)).to.equal(text);
      }),
      options,
    );
  });

  it('is read however it is spaced and in small letters', () => {
    fc.assert(
      fc.property(reference, (text) => {
        const spoken = ` ${text.slice(0, 5).toLowerCase()}-${text.slice(5)} `;
        expect(parseReference(spoken)).to.equal(text);
      }),
      options,
    );
  });

  it('is refused when one character is wrong', () => {
    fc.assert(
      fc.property(reference, fc.nat(9), fc.integer({ min: 1, max: 30 }), (text, at, by) => {
        const value = REFERENCE_ALPHABET.indexOf(text[at] ?? '');
        const wrong = REFERENCE_ALPHABET[(value + by) % 31];
        expectThrows(
          () => parseReference(text.slice(0, at) + wrong + text.slice(at + 1)),
          'BOOKING_REFERENCE_INVALID',
        );
      }),
      options,
    );
  });

  it('is refused when two characters have changed places', () => {
    fc.assert(
      fc.property(reference, fc.nat(9), fc.nat(9), (text, a, b) => {
        const swapped = [...text];
        [swapped[a], swapped[b]] = [text[b] ?? '', text[a] ?? ''];
        fc.pre(swapped.join('') !== text);
        expectThrows(() => parseReference(swapped.join('')), 'BOOKING_REFERENCE_INVALID');
      }),
      options,
    );
  });

  for (const [name, text] of [
    ['too short', '23456'],
    ['too long', '22222222222'],
    ['with a letter that none has', 'O222222222'],
    ['empty', ''],
  ] as const) {
    it(`is refused when it is ${name}`, () => {
      expectThrows(() => parseReference(text), 'BOOKING_REFERENCE_INVALID');
    });
  }

  it('uses every character about equally often', () => {
    const random = new Random(1);
    const counts = new Map<string, number>();
    for (let i = 0; i < 3_100; i++) {
      for (const character of makeReference((length) => random.bytes(length)).slice(0, 9)) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    // 900 expected of each, seeded.
    expect(Math.min(...counts.values())).to.be.greaterThan(780);
    expect(Math.max(...counts.values())).to.be.lessThan(1_020);
    expect(counts.size).to.equal(31);
  });
});
