import { describe, it } from 'mocha';
import { expect } from 'chai';
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { fromUtf8, toUtf8 } from '../../../core/bytes/utf8.ts';
import { fromTypeMask, fromVct, toTypeMask, toVct } from '../../../core/credential/credential-type.ts';
import { signCredential, splitJws, verifyJwsWithDidJwt } from '../../../core/credential/jwt.ts';
import { fromJwk, toJwk } from '../../../core/credential/key.ts';
import { isLowS } from '../../../core/credential/low-s.ts';
import { parseClaims, parseHeader } from '../../../core/credential/parse.ts';
import { toClaims, type ClaimsOptions } from '../../../core/credential/profiles.ts';
import { signingInput } from '../../../core/credential/signing-input.ts';
import { kidOf } from '../../../core/credential/thumbprint.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeConsortium, START_SECONDS, testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { Random } from '../../support/random.ts';
import { EVERY_KIND } from '../../support/sample-records.ts';
import { testSeed } from '../../support/scale.ts';

const consortium = makeConsortium({ seed: 31 });
const { key } = consortium.issuer;
const options: ClaimsOptions = {
  iss: 'did:web:dh.gov.hk.example',
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
  issuedAtSeconds: START_SECONDS + 1234,
  status: { idx: 5, uri: 'https://dh.gov.hk.example/status/v/1' },
};

describe('a key', () => {
  it('has the thumbprint that jose gives it', async () => {
    expect(kidOf(nodeCrypto, key.publicKey)).to.equal(await calculateJwkThumbprint(toJwk(key.publicKey)));
  });

  it('is the same as JWK and as point', () => {
    expect(fromJwk(toJwk(key.publicKey))).to.deep.equal(key.publicKey);
  });

  it('of another form is refused', () => {
    for (const bad of [key.publicKey.subarray(1), key.publicKey.with(0, 2), new Uint8Array(0)]) {
      expect(() => toJwk(bad))
        .to.throw()
        .with.property('code', 'CREDENTIAL_KEY');
    }
    const jwk = toJwk(key.publicKey);
    expect(() => fromJwk({ ...jwk, x: 'AAAA' }))
      .to.throw()
      .with.property('code', 'CREDENTIAL_KEY');
  });
});

describe('a signed credential', () => {
  it('is a JWS that did-jwt and jose accept, over canonical bytes, low-S', async () => {
    const claims = toClaims(vaccinationRecord(), 'travel', options);
    const signed = await signCredential(claims, key);
    expect(fromUtf8(signed.headerBytes)).to.equal(`{"alg":"ES256","kid":"${key.kid}","typ":"dc+sd-jwt"}`);
    expect(fromUtf8(signed.payloadBytes)).to.equal(toCanonicalJson(claims));
    expect(isLowS(signed.signature)).to.equal(true);
    const { payloadBytes, signature } = splitJws(signed.jws);
    expect([payloadBytes, signature]).to.deep.equal([signed.payloadBytes, signed.signature]);
    expect(fromBase64url(signed.jws.split('.')[0] ?? '')).to.deep.equal(signed.headerBytes);
    expect(verifyJwsWithDidJwt(signed.jws, key.publicKey)).to.equal(true);
    await compactVerify(signed.jws, await importJWK({ ...toJwk(key.publicKey), alg: 'ES256' }));
  });

  it('is not made when the signer gives something else than 64 bytes', async () => {
    const claims = toClaims(testRecord(), 'venue', options);
    const broken = { kid: key.kid, sign: () => new Uint8Array(70) };
    const error: unknown = await signCredential(claims, broken).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'CREDENTIAL_SIGNATURE');
  });

  it('has the signing input that its JWS shows, whatever the lengths', () => {
    const random = new Random(testSeed);
    for (let length = 0; length < 70; length++) {
      const [header, payload] = [random.bytes(length), random.bytes(70 - length)];
      const expected = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
      expect(fromUtf8(signingInput(header, payload))).to.equal(expected);
    }
  });
});

describe('a profile', () => {
  it('venue masks the person and leaves out what a door need not know', () => {
    const claims = toClaims(vaccinationRecord(), 'venue', options);
    const text = toCanonicalJson(claims);
    for (const secret of [
      'TAI',
      'MAN',
      '大文',
      'A123456',
      '1980',
      'CVC-023',
      'B202106027',
      'Sinovac-Biotech',
    ]) {
      expect(text, secret).to.not.include(secret);
    }
    expect(claims).to.deep.include({ profile: 'venue', vct: 'urn:hcl:vaccination:1', iat: START_SECONDS });
    expect(claims.facts).to.deep.equal({
      disease: 'sct|840539006',
      product: 'eu|CoronaVac',
      doseNumber: 3,
      seriesDoses: 3,
      date: '2022-02-10',
      country: 'HK',
    });
  });

  it('travel has the whole identity and all facts, but no internal ones', () => {
    const { subject, facts } = toClaims(testRecord(), 'travel', options);
    expect(subject).to.deep.equal({
      nameEn: 'WONG, SIU MING',
      dob: '1992-07',
      sex: 'F',
      docType: 'PASSPORT',
      doc: 'K0000001',
      docIssuer: 'HK',
    });
    expect(Object.keys(facts).toSorted()).to.deep.equal([
      'collectedAt',
      'country',
      'disease',
      'laboratory',
      'method',
      'reportedAt',
      'result',
      'specimen',
    ]);
    const record = { ...testRecord(), specimenId: 'CTC2-8F3K9W2' };
    expect(toCanonicalJson(toClaims(record, 'travel', options))).to.not.include('CTC2');
  });

  it('carries times, status and holder key when they are given', () => {
    const holderKey = toJwk(key.publicKey);
    const more = { notBeforeSeconds: 7, expiresAtSeconds: 8, holderKey };
    const claims = toClaims(testRecord(), 'venue', { ...options, ...more });
    expect(claims).to.deep.include({
      nbf: 7,
      exp: 8,
      cnf: { jwk: holderKey },
      status: { status_list: options.status },
    });
  });
});

describe('credential bytes', () => {
  const claims = toClaims(vaccinationRecord(), 'travel', { ...options, holderKey: toJwk(key.publicKey) });
  const bytesOf = (value: unknown): Uint8Array => toUtf8(toCanonicalJson(value));

  it('of every type and profile are read back as they were', () => {
    for (const record of Object.values(EVERY_KIND)) {
      for (const profile of ['venue', 'travel'] as const) {
        const made = toClaims(record, profile, options);
        expect(parseClaims(bytesOf(made))).to.deep.equal(made);
      }
    }
    expect(parseClaims(bytesOf(claims))).to.deep.equal(claims);
  });

  it('with a member missing, added or of another type are refused', () => {
    const bad: readonly unknown[] = [
      ...Object.keys(claims)
        .filter((name) => name !== 'cnf')
        .map((name) => Object.fromEntries(Object.entries(claims).filter(([other]) => other !== name))),
      { ...claims, sub: 'x' },
      { ...claims, iat: claims.iat + 1 },
      { ...claims, iat: -3600 },
      { ...claims, iat: '1671580800' },
      { ...claims, exp: 1.5 },
      { ...claims, jti: 'AAAAAAAAAAAAAAAAAAAAAB' },
      { ...claims, iss: 'https://dh.gov.hk.example' },
      { ...claims, vct: 'urn:hcl:test:1' },
      { ...claims, profile: 'other' },
      { ...claims, status: { status_list: { idx: -1, uri: 'x' } } },
      { ...claims, subject: { ...claims.subject, doc: '' } },
      { ...claims, subject: { ...claims.subject, extra: 1 } },
      { ...claims, cnf: { jwk: { ...toJwk(key.publicKey), d: 'secret' } } },
      { ...claims, facts: { ...claims.facts, date: '10-02-2022' } },
      { ...claims, facts: { ...claims.facts, disease: 'COVID-19' } },
      null,
      [],
      'x',
    ];
    for (const value of bad) {
      expect(() => parseClaims(bytesOf(value)), JSON.stringify(value)?.slice(0, 80))
        .to.throw()
        .with.property('code')
        .that.is.oneOf(['CREDENTIAL_MALFORMED', 'CREDENTIAL_TYPE_UNKNOWN']);
    }
  });

  it('in any other than the canonical form are refused', () => {
    const text = toCanonicalJson(claims);
    const spellings = [
      ` ${text}`,
      `${text}\n`,
      text.replace(',', ', '),
      text.replace('{', '{"cnf":{},'),
      text.replace('"HK"', '"\\u0048K"'),
      text.replace(String(claims.iat), `${claims.iat}.0`),
      text.replace(String(claims.iat), `${claims.iat / 100}e2`),
      text.slice(0, -1),
      `${text}x`,
    ];
    for (const spelling of spellings) {
      expect(() => parseClaims(toUtf8(spelling)), spelling.slice(0, 40))
        .to.throw()
        .with.property('code', 'CREDENTIAL_MALFORMED');
    }
    expect(() => parseClaims(Uint8Array.of(0x22, 0xff, 0x22)))
      .to.throw()
      .with.property('code', 'CREDENTIAL_MALFORMED');
  });

  it('of a type that comes later are told from broken ones', () => {
    for (const vct of ['urn:hcl:pass:1', 'urn:hcl:vaccination:2', 'urn:hcl:anything:9']) {
      expect(() => parseClaims(bytesOf({ vct })))
        .to.throw()
        .with.property('code', 'CREDENTIAL_TYPE_UNKNOWN');
    }
    expect(() => parseClaims(bytesOf({ vct: 'https://other.example/type' })))
      .to.throw()
      .with.property('code', 'CREDENTIAL_MALFORMED');
  });

  it('of a header are one form only', () => {
    const header = (kid: string): Uint8Array => toUtf8(`{"alg":"ES256","kid":"${kid}","typ":"dc+sd-jwt"}`);
    expect(parseHeader(header(key.kid))).to.deep.equal({ alg: 'ES256', kid: key.kid, typ: 'dc+sd-jwt' });
    const bad = [
      header(key.kid.slice(1)),
      header(`${key.kid.slice(1)}=`),
      header(`${key.kid.slice(1)}"`),
      toUtf8(`{"alg":"none","kid":"${key.kid}","typ":"dc+sd-jwt"}`),
      toUtf8(`{"kid":"${key.kid}","alg":"ES256","typ":"dc+sd-jwt"}`),
      toUtf8(`{"alg":"ES256","kid":"${key.kid}","typ":"dc+sd-jwt"} `),
      new Uint8Array(0),
    ];
    for (const bytes of bad) {
      expect(() => parseHeader(bytes))
        .to.throw()
        .with.property('code', 'CREDENTIAL_HEADER');
    }
  });
});

describe('a credential type', () => {
  it('is a bit on the ledger and a name in the credential', () => {
    expect(toTypeMask(['vaccination', 'test'])).to.equal(0b11);
    expect(fromTypeMask(0b101)).to.deep.equal(['vaccination', 'recovery']);
    expect(fromVct(toVct('pass'))).to.equal('pass');
    expect(fromVct('urn:hcl:pass:2')).to.equal(undefined);
  });
});
