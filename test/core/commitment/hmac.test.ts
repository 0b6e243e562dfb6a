import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { toHex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { hmacSha256, paddingLeafHash } from '../../../core/commitment/hmac.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { expectThrows } from '../../support/throws-code.ts';

describe('HMAC-SHA-256 (RFC 4231)', () => {
  const vectors: readonly (readonly [name: string, key: Uint8Array, message: Uint8Array, mac: string])[] = [
    [
      'test case 1',
      new Uint8Array(20).fill(0x0b),
      toUtf8('Hi There'),
      '0xb0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      'test case 2',
      toUtf8('Jefe'),
      toUtf8('what do ya want for nothing?'),
      '0x5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'test case 6, a key longer than a block',
      new Uint8Array(131).fill(0xaa),
      toUtf8('Test Using Larger Than Block-Size Key - Hash Key First'),
      '0x60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ];
  for (const [name, key, message, mac] of vectors) {
    it(name, () => expect(toHex(hmacSha256(nodeCrypto, key, message))).to.equal(mac));
  }

  it('is what Node computes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), fc.uint8Array({ maxLength: 150 }), (key, message) => {
        const expected = new Uint8Array(createHmac('sha256', key).update(message).digest());
        expect(hmacSha256(nodeCrypto, key, message)).to.deep.equal(expected);
      }),
    );
  });
});

describe('padding leaf hash', () => {
  it('is HMAC-SHA-256 of the place as 32 bits big endian', () => {
    const seed = new Uint8Array(32).fill(7);
    const expected = createHmac('sha256', seed).update(Buffer.from('00000abc', 'hex')).digest();
    expect(paddingLeafHash(nodeCrypto, seed, 0xabc)).to.deep.equal(new Uint8Array(expected));
  });

  it('takes only seeds of 32 bytes', () => {
    expectThrows(() => paddingLeafHash(nodeCrypto, new Uint8Array(31), 0), 'BATCH_INPUT_INVALID');
  });
});
