import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { toClaims } from '../../core/credential/profiles.ts';
import { signCredential, verifyJwsWithDidJwt } from '../../core/credential/jwt.ts';
import { signingInput } from '../../core/credential/signing-input.ts';
import { toJws } from '../../core/qr/jws.ts';
import type { SignedParts } from '../../issuer/record-entry.ts';
import { createSecrets } from '../../issuer/secrets.ts';
import { fromDerSignature, issuerKeyOf } from '../../issuer/signing.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { toDerSignature } from '../../service/der-signature.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { expectThrows } from '../support/throws-code.ts';
import { vaccination } from './support/issuer-house.ts';

const secrets = createSecrets(createRandomBytes());
const key = issuerKeyOf(nodeCrypto, secrets.signingKey);
const claims = toClaims(vaccination(1), 'travel', {
  iss: 'did:web:hk-dh.example',
  jti: 'ha4kZ3lOScMKI-Hk2VMrlQ',
  issuedAtSeconds: 1_671_610_000,
  status: { idx: 77, uri: 'https://hk-dh.example/status/1' },
});

function signed(): SignedParts {
  const payloadBytes = toUtf8(toCanonicalJson(claims));
  return { headerBytes: key.headerBytes, payloadBytes, signature: key.signCredential(payloadBytes) };
}

describe('signing', () => {
  it('makes the same bytes as did-jwt around the same signature', async () => {
    const ours = signed();
    const theirs = await signCredential(claims, { kid: key.kid, sign: () => ours.signature });
    expect(toJws(ours)).to.equal(theirs.jws);
  });

  it('makes signatures that did-jwt and the scanners’ path both find good', async () => {
    const native = nodeCrypto.importEs256(key.publicKey);
    for (let i = 0; i < 20; i++) {
      const ours = signed();
      expect(verifyJwsWithDidJwt(toJws(ours), key.publicKey)).to.equal(true);
      const input = signingInput(ours.headerBytes, ours.payloadBytes);
      expect(await nodeCrypto.verifyEs256(native, input, ours.signature)).to.equal(true);
    }
  });

  it('reads every DER form of r and s: short, full, with a leading zero', () => {
    const forms = [1, 0x7f, 0x80, 0xff].flatMap((top) => [0, 1, 31].map((zeros) => ({ top, zeros })));
    for (const r of forms) {
      for (const s of forms) {
        const signature = new Uint8Array(64);
        signature.fill(0x5a, r.zeros, 32)[r.zeros] = r.top;
        signature.fill(0xa5, 32 + s.zeros, 64)[32 + s.zeros] = s.top;
        expect(fromDerSignature(toDerSignature(signature)!)).to.deep.equal(signature);
      }
    }
  });

  it('refuses a key that is none, without naming it', () => {
    const broken = { ...secrets.signingKey, d: 'AAAA' };
    expectThrows(() => issuerKeyOf(nodeCrypto, broken), 'ISSUER_SECRET_INVALID');
  });
});
