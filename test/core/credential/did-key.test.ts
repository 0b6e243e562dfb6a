import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { p256 } from '@noble/curves/nist.js';
import { base58ToBytes } from 'did-jwt';
import { fromDidKey, toDidKey } from '../../../core/credential/did-key.ts';
import { isLowS, toLowS } from '../../../core/credential/low-s.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { runs } from '../../support/scale.ts';

interface SignatureFixture {
  readonly comment: string;
  readonly messageBase64: string;
  readonly algorithm: string;
  readonly publicKeyDid: string;
  readonly signatureBase64: string;
  readonly validSignature: boolean;
}

interface DidKeyFixture {
  readonly privateKeyBytesBase58: string;
  readonly publicDidKey: string;
}

describeCorpus('did-key-and-low-s', (folder) => {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const signatures = read('signature-fixtures.json') as readonly SignatureFixture[];
  const keys = read('w3c_didkey_P256.json') as readonly DidKeyFixture[];

  for (const fixture of signatures) {
    if (fixture.algorithm !== 'ES256') continue;
    it(fixture.comment, async () => {
      const key = nodeCrypto.importEs256(fromDidKey(fixture.publicKeyDid));
      const message = Buffer.from(fixture.messageBase64, 'base64');
      const signature = Buffer.from(fixture.signatureBase64, 'base64');
      // atproto demands low-S; JOSE does not, so the rule stands beside the check and not inside it.
      const isValid = isLowS(signature) && (await nodeCrypto.verifyEs256(key, message, signature));
      expect(isValid).to.equal(fixture.validSignature);
    });
  }

  it('did:key of a P-256 key, both ways', () => {
    for (const { privateKeyBytesBase58, publicDidKey } of keys) {
      const publicKey = p256.getPublicKey(base58ToBytes(privateKeyBytesBase58), false);
      expect(toDidKey(publicKey)).to.equal(publicDidKey);
      expect(fromDidKey(publicDidKey)).to.deep.equal(publicKey);
    }
  });
});

describe('did:key', () => {
  it('of anything but a P-256 key is refused', () => {
    const bad = [
      '',
      'did:key:',
      'did:web:x.example',
      'did:key:zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc', // secp256k1
      'did:key:zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQ', // one character short
      'did:key:zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQ0', // 0 is not in the alphabet
      `did:key:z${'1'.repeat(5000)}`,
    ];
    for (const did of bad) {
      expect(() => fromDidKey(did), did.slice(0, 60))
        .to.throw()
        .with.property('code', 'CREDENTIAL_KEY');
    }
  });
});

describe('low-S', () => {
  const ORDER = p256.Point.Fn.ORDER;
  const withS = (s: bigint): Uint8Array =>
    Uint8Array.from({ length: 64 }, (_, i) => (i < 32 ? 7 : Number((s >> BigInt(8 * (63 - i))) & 0xffn)));

  it('is 1 to n / 2', () => {
    expect([0n, 1n, ORDER / 2n, ORDER / 2n + 1n, ORDER - 1n].map((s) => isLowS(withS(s)))).to.deep.equal([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(isLowS(new Uint8Array(63).fill(1))).to.equal(false);
  });

  it('is made by n - s, and keeps the signature good', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: ORDER - 1n }), (s) => {
        const low = toLowS(withS(s));
        expect(isLowS(low)).to.equal(true);
        expect(low).to.deep.equal(withS(s <= ORDER / 2n ? s : ORDER - s));
      }),
      { numRuns: runs(200, 5000) },
    );
  });
});
