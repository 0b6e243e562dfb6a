import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { importJWK, jwtVerify } from 'jose';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import {
  encodeBitstring,
  signBitstringCredential,
  toBitstring,
} from '../../../core/status/bitstring-status-list.ts';
import { StatusList } from '../../../core/status/token-status-list.ts';
import { toJwk } from '../../../core/credential/key.ts';
import { newKey } from '../../verifier/support/status-world.ts';

const LIST = StatusList.empty(131_072)
  .with(0, 'revoked')
  .with(9, 'superseded')
  .with(10, 'suspended')
  .with(131_071, 'suspended');

describe('Bitstring Status List (W3C)', () => {
  it('puts entry 0 into the most significant bit, and each purpose into its own list', () => {
    const revocation = toBitstring(LIST, 'revocation');
    const suspension = toBitstring(LIST, 'suspension');
    expect([...revocation.subarray(0, 2)]).to.deep.equal([0b1000_0000, 0b0100_0000]);
    expect([...suspension.subarray(0, 2)]).to.deep.equal([0, 0b0010_0000]);
    expect(suspension.at(-1)).to.equal(1);
    expect(revocation).to.have.length(16_384);
  });

  it('encodes as multibase base64url of gzip, without a time', () => {
    const bits = toBitstring(LIST, 'revocation');
    const text = encodeBitstring(bits);
    expect(text[0]).to.equal('u');
    const gzip = fromBase64url(text.slice(1));
    expect(new Uint8Array(gunzipSync(gzip))).to.deep.equal(bits);
    expect([...gzip.subarray(0, 8)]).to.deep.equal([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
  });

  it('says of an empty list what the example in the specification says (Bitstring Status List v1.0, §2.2)', () => {
    const example = 'uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA';
    const published = new Uint8Array(gunzipSync(fromBase64url(example.slice(1))));
    expect(toBitstring(StatusList.empty(), 'revocation')).to.deep.equal(published);
  });

  it('is a credential of its own, signed as a JWT that another implementation accepts', async () => {
    const key = newKey();
    const uri = 'https://hk-dh.example/status/1/suspension';
    const token = await signBitstringCredential(
      {
        uri,
        issuer: 'did:web:hk-dh.example',
        purpose: 'suspension',
        validFromSeconds: 1_671_580_800,
        validUntilSeconds: 1_671_667_200,
        list: LIST,
      },
      key,
    );
    const { payload, protectedHeader } = await jwtVerify(
      token,
      await importJWK(toJwk(key.publicKey), 'ES256'),
    );
    expect(protectedHeader).to.deep.equal({
      alg: 'ES256',
      kid: `did:web:hk-dh.example#${key.kid}`,
      typ: 'vc+jwt',
    });
    expect(payload).to.deep.equal({
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      id: uri,
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer: 'did:web:hk-dh.example',
      validFrom: '2022-12-21T00:00:00Z',
      validUntil: '2022-12-22T00:00:00Z',
      credentialSubject: {
        id: `${uri}#list`,
        type: 'BitstringStatusList',
        statusPurpose: 'suspension',
        encodedList: encodeBitstring(toBitstring(LIST, 'suspension')),
      },
    });
  });
});
