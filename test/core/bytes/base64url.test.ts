import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  base64urlLength,
  fromBase64url,
  toBase64url,
  writeBase64url,
} from '../../../core/bytes/base64url.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { runs } from '../../support/scale.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

describe('base64url (RFC 4648 §5)', () => {
  const examples = ['', 'Zg', 'Zm8', 'Zm9v', 'Zm9vYg', 'Zm9vYmE', 'Zm9vYmFy'];
  examples.forEach((text, length) => {
    it(`§10: ${JSON.stringify('foobar'.slice(0, length))} is ${JSON.stringify(text)}`, () => {
      const plain = toUtf8('foobar'.slice(0, length));
      expect(toBase64url(plain)).to.equal(text);
      expect(fromBase64url(text)).to.deep.equal(plain);
    });
  });

  const refused: readonly (readonly [text: string, why: string])[] = [
    ['Zg==', 'padding'],
    ['Zg=', 'half a padding'],
    ['Z', 'a lone character'],
    ['Zm9vY', 'a lone character after a group'],
    ['Zh', 'unused bits that are not zero after one byte'],
    ['Zm9', 'unused bits that are not zero after two bytes'],
    ['Zm9v ', 'a space at the end'],
    ['Zm 9v', 'a space inside'],
    ['Zm9v\n', 'a line break'],
    ['+_8A', 'the character + of the other alphabet'],
    ['/_8A', 'the character / of the other alphabet'],
    ['Zm9\u0142', 'a character beyond ASCII'],
  ];
  for (const [text, why] of refused) {
    it(`refuses ${why}`, () => expectThrows(() => fromBase64url(text), 'BASE64URL_INVALID'));
  }

  it('writes what Node writes, and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64url(bytes);
        expect(text).to.equal(Buffer.from(bytes).toString('base64url'));
        expect(base64urlLength(bytes.length)).to.equal(text.length);
        expect(fromBase64url(text)).to.deep.equal(bytes);
      }),
      { numRuns: runs(300, 5000) },
    );
  });

  it('writes into a buffer at an offset and touches nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.nat(5), (bytes, offset) => {
        const target = new Uint8Array(offset + base64urlLength(bytes.length) + 3);
        expect(writeBase64url(bytes, target, offset)).to.equal(target.length - 3);
        const expected = '\0'.repeat(offset) + toBase64url(bytes) + '\0\0\0';
        expect(target).to.deep.equal(toUtf8(expected));
      }),
    );
  });

  it('reads no text but the one it writes', () => {
    const character = fc.constantFrom(...'ABQgwxyz0189-_+/= ', 'é');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 9 }), (text) => {
        if (codeThrownBy(() => fromBase64url(text)) === undefined) {
          expect(toBase64url(fromBase64url(text))).to.equal(text);
        }
      }),
      { numRuns: runs(2000, 50_000) },
    );
  });
});
