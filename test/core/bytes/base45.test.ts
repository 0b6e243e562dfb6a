import { encode as peerEncode } from 'base45';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { fromBase45, toBase45 } from '../../../core/bytes/base45.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { runs } from '../../support/scale.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

describe('base45 (RFC 9285)', () => {
  const examples: readonly (readonly [plain: string, encoded: string])[] = [
    ['AB', 'BB8'],
    ['Hello!!', '%69 VD92EX0'],
    ['base-45', 'UJCLQE7W581'],
    ['ietf!', 'QED8WEX0'],
    ['', ''],
  ];
  for (const [plain, encoded] of examples) {
    it(`§4: ${JSON.stringify(plain)} is ${JSON.stringify(encoded)}`, () => {
      expect(toBase45(toUtf8(plain))).to.equal(encoded);
      expect(fromBase45(encoded)).to.deep.equal(toUtf8(plain));
    });
  }

  it('reads the largest groups', () => {
    expect(fromBase45('FGW')).to.deep.equal(Uint8Array.of(0xff, 0xff));
    expect(fromBase45('U5')).to.deep.equal(Uint8Array.of(0xff));
  });

  const refused: readonly (readonly [text: string, why: string])[] = [
    ['GGW', 'a group of 65,536'],
    ['GGX', 'a group over 65,535'],
    [':::', 'the largest group of characters'],
    ['V5', 'a last group of 256'],
    ['::', 'a last group over 255'],
    ['BB8B', 'a lone last character'],
    ['B', 'a single character'],
    ['bb8', 'lower case'],
    ['BB8\n', 'a line break'],
    ['B_8', 'a character outside the alphabet'],
    ['BB\u0142', 'a character beyond ASCII'],
    ['BB\u{1F600}', 'a character beyond the basic plane'],
    ['BB=', 'padding'],
  ];
  for (const [text, why] of refused) {
    it(`refuses ${why}`, () => expectThrows(() => fromBase45(text), 'BASE45_INVALID'));
  }

  it('reads from where it is told', () => {
    expect(fromBase45('HCL1:BB8', 5)).to.deep.equal(toUtf8('AB'));
  });

  it('writes what npm base45 writes, and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = toBase45(bytes);
        expect(text).to.equal(peerEncode(bytes));
        expect(fromBase45(text)).to.deep.equal(bytes);
      }),
      { numRuns: runs(300, 5000) },
    );
  });

  it('reads no text but the one it writes', () => {
    const character = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:', 'a', '\n', 'é');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        if (codeThrownBy(() => fromBase45(text)) === undefined)
          expect(toBase45(fromBase45(text))).to.equal(text);
      }),
      { numRuns: runs(2000, 50_000) },
    );
  });
});
