/** Credentials presented as text: the W3C's suite, the RFC's examples, sd-jwt-js' cases, and Wycheproof's tokens. */
import { Buffer } from 'node:buffer';
import { createPrivateKey, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { CborTag, type CborKey, type CborValue } from '../../../core/bytes/cbor.ts';
import { toCbor } from '../../../core/bytes/cbor-writer.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { HclError } from '../../../core/errors.ts';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import { disclose } from '../../../core/foreign/jose/disclosures.ts';
import { jwkOf } from '../../../core/foreign/jose/jwk.ts';
import { isJwsSignedBy, parseJws } from '../../../core/foreign/jose/jws.ts';
import { TrustEntry } from '../../../core/foreign/trust-entry.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';
import { conceal, isShown } from './support/disclosing.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';

const NOW = Date.UTC(2024, 6, 1) / 1000;
const ISSUER = 'https://example.issuer/vc-jose-cose';

type Jwk = JsonWebKey & { readonly alg?: string; readonly kid?: string };

interface Method {
  readonly publicKeyJwk: Jwk;
  readonly secretKeyJwk: Jwk;
}

describeCorpus('vc-jose-cose', (folder) => {
  const CORPUS = 'vc-jose-cose';
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const rows = read('EXPECTED.csv')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const [number = '', input = '', key = '', fn = '', feature = ''] = line.split(',');
      return { number, input, key, fn, feature, isGood: line.endsWith('success') };
    });

  it('what the suite verifies is authentic here, and only that', async () => {
    const agreement = new Agreement(CORPUS);
    for (const { number, input, key, isGood } of rows.filter(({ fn }) => fn === 'verify')) {
      const { publicKeyJwk } = JSON.parse(read(key)) as Method;
      const verdict = await verdictWith(read(input).trim(), await credentialTrust(publicKeyJwk), NOW);
      agreement.count(
        `${number} ${input}`,
        'verify',
        isAuthentic(verdict) === isGood,
        verdict.reasons.join(),
      );
    }
    agreement.conclude('verified', 15, ['verify']);
  });

  it('what the suite has issued as JWT and COSE is authentic here', async () => {
    const agreement = new Agreement(CORPUS);
    for (const { number, input, key, feature, isGood } of rows.filter(({ fn }) => fn === 'issue')) {
      const { publicKeyJwk, secretKeyJwk } = JSON.parse(read(key)) as Method;
      const payload = JSON.parse(read(input)) as JsonObject;
      const text = issue(feature, payload, secretKeyJwk);
      const verdict = await verdictWith(text, await credentialTrust(publicKeyJwk), NOW);
      agreement.count(`${number} ${input}`, 'issue', isAuthentic(verdict) === isGood, verdict.reasons.join());
    }
    agreement.conclude('issued', 9, ['issue']);
  });
});

describeCorpus('sd-jwt', (folder) => {
  const CORPUS = 'sd-jwt';
  const examples = join(folder, 'rfc9901-draft-examples');
  const key = JSON.parse(readFileSync(join(examples, 'issuer-key.json'), 'utf8')) as Jwk;
  const files = readdirSync(examples).filter((file) => file.endsWith('.txt'));
  const tokenOf = (file: string): string => {
    const text = readFileSync(join(examples, file), 'utf8').trim();
    // The first example is the issuer's JWT alone.
    return text.includes('~') ? text : `${text}~`;
  };
  const trust = (): Promise<ForeignTrust> =>
    trustOf({
      jwt: [
        'https://issuer.example.com',
        'https://example.com/issuer',
        'https://pid-issuer.bund.de.example',
      ].map((iss) => ({ iss, keys: [key] })),
    });

  it("the RFC's examples are authentic", async () => {
    const agreement = new Agreement(CORPUS);
    for (const file of files) {
      const verdict = await verdictWith(tokenOf(file), await trust(), NOW);
      agreement.count(file, 'example', isAuthentic(verdict), verdict.reasons.join());
    }
    agreement.conclude('examples', 5, ['example']);
  });

  it('and none of them is with a character changed', async () => {
    const agreement = new Agreement(CORPUS);
    for (const file of files) {
      const token = tokenOf(file);
      for (let at = 7; at < token.length; at += 13) {
        const character = token[at] === 'A' ? 'B' : 'A';
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        const verdict = await verdictWith(changed, await trust(), NOW);
        agreement.count(`${file} at ${at}`, 'changed', !isAuthentic(verdict), verdict.outcome);
      }
    }
    agreement.conclude('characters changed', 760, ['changed']);
  });

  it("the RFC's vaccination certificate becomes a record of ours, and is not confirmed while its holder is hidden", async () => {
    const verdict = await verdictWith(tokenOf('08-sd-jwt-kb-line3900.txt'), await trust(), NOW);
    expect(verdict).to.deep.include({ outcome: 'refer', reasons: ['FACTS_MISSING'] });
    expect(verdict.steps).to.deep.include({
      step: 'identity',
      result: 'unconfirmed',
      reasons: ['FACTS_MISSING'],
    });
    expect(verdict.evidence.foreign?.facts?.records).to.deep.equal([
      {
        type: 'vaccination',
        local: false,
        subject: {},
        prophylaxis: 'atc|J07BX03',
        doseNumber: 3,
        seriesDoses: 3,
        date: '2021-06-23',
      },
    ]);
  });

  it('what is presented of a claim set is what sd-jwt-js presents', () => {
    const agreement = new Agreement(CORPUS);
    const cases = join(folder, 'sd-jwt-js-cases');
    for (const file of readdirSync(cases)) {
      const case_ = JSON.parse(readFileSync(join(cases, file), 'utf8')) as Readonly<
        Record<string, JsonObject>
      >;
      const { claims = {}, disclosureFrame = {}, presentationFrames = {}, presentedClaims } = case_;
      const { payload, disclosures } = conceal(claims, disclosureFrame);
      const shown = disclosures
        .filter(({ path }) => isShown(presentationFrames, path))
        .map(({ text }) => text);
      const presented = disclose(nodeCrypto, payload, shown);
      agreement.count(
        file,
        'presentation',
        isDeepStrictEqual(presented, presentedClaims),
        JSON.stringify(presented),
      );
    }
    agreement.conclude('presentations', 9, ['presentation']);
  });

  it('inputs for a maker of tokens are no tokens', async () => {
    const agreement = new Agreement(CORPUS);
    for (const name of readdirSync(join(folder, 'spec-examples-input'))) {
      const file = `spec-examples-input/${name}/specification.yml`;
      const verdict = await verdictWith(readFileSync(join(folder, file), 'utf8'), await trust(), NOW);
      expect([verdict.outcome === 'pass', verdict.evidence.signature], file).to.deep.equal([
        false,
        'not-checked',
      ]);
      agreement.count(file, 'input', false);
    }
    agreement.conclude('inputs for issuing', 8, ['input']);
  });

  const wrong: Readonly<Record<string, readonly [payload: JsonObject, disclosures: readonly string[]]>> = {
    'a disclosure that no digest is for': [{}, [disclosure(['s', 'a', 1])]],
    'a disclosure twice': [
      { _sd: [digest(['s', 'a', 1])] },
      [disclosure(['s', 'a', 1]), disclosure(['s', 'a', 1])],
    ],
    'a digest twice': [{ _sd: [digest(['s', 'a', 1]), digest(['s', 'a', 1])] }, [disclosure(['s', 'a', 1])]],
    'a name that is taken': [{ a: 0, _sd: [digest(['s', 'a', 1])] }, [disclosure(['s', 'a', 1])]],
    'a reserved name': [{ _sd: [digest(['s', '_sd', []])] }, [disclosure(['s', '_sd', []])]],
    'an item in an object': [{ _sd: [digest(['s', 1])] }, [disclosure(['s', 1])]],
    'a member in a list': [{ a: [{ '...': digest(['s', 'a', 1]) }] }, [disclosure(['s', 'a', 1])]],
    'a placeholder with more': [{ a: [{ '...': digest(['s', 1]), b: 1 }] }, [disclosure(['s', 1])]],
    'digests that are no list': [{ _sd: 'x' }, []],
    'a disclosure of four parts': [{}, [disclosure(['s', 'a', 1, 2])]],
    'a disclosure that is no JSON': [{}, [Buffer.from('[').toString('base64url')]],
    padding: [{ _sd: [digest(['s', 'a', 1])] }, [`${disclosure(['s', 'a', 1])}=`]],
  };
  for (const [why, [payload, disclosures]] of Object.entries(wrong)) {
    it(`refuses ${why}`, () => {
      expect(() => disclose(nodeCrypto, payload, disclosures))
        .to.throw(HclError)
        .with.property('code', 'CONTENT_INVALID');
    });
  }

  it('refuses digests of another hash as not supported', () => {
    expect(() => disclose(nodeCrypto, { _sd_alg: 'sha-512' }, []))
      .to.throw(HclError)
      .with.property('code', 'ALGORITHM_NOT_SUPPORTED');
  });
});

describeCorpus('wycheproof', (folder) => {
  interface Group {
    readonly comment: string;
    readonly public?: Jwk & { readonly keys?: readonly Jwk[] };
    readonly private?: Jwk & { readonly keys?: readonly Jwk[] };
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly jws?: unknown;
      readonly jwe?: unknown;
      readonly result: 'valid' | 'invalid';
    }[];
  }

  for (const file of ['json_web_crypto_test.json', 'json_web_key_test.json']) {
    it(`${file}: tokens are signed just where they should be`, async () => {
      const agreement = new Agreement('wycheproof');
      const { testGroups } = JSON.parse(readFileSync(join(folder, 'testvectors_v1', file), 'utf8')) as {
        readonly testGroups: readonly Group[];
      };
      for (const group of testGroups) {
        const set = group.public ?? group.private;
        const keys = set?.keys ?? (set === undefined ? [] : [set]);
        for (const { tcId, comment, jws, jwe, result } of group.tests) {
          const found = await isSignedByAny(jws ?? jwe, keys);
          agreement.count(`${file} ${tcId}`, file, found === (result === 'valid'), `${comment}: ${found}`);
        }
      }
      agreement.conclude(file, 26, [file]);
    });
  }

  async function isSignedByAny(token: unknown, keys: readonly Jwk[]): Promise<boolean> {
    if (typeof token !== 'string') return false;
    try {
      const jws = parseJws(token);
      for (const { d: _, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...key } of keys) {
        if (key.kid !== jws.kid || key.alg !== jws.algorithm) continue;
        const { spki } = jwkOf(new TrustEntry('key', JSON.parse(JSON.stringify(key)) as JsonObject));
        if (await isJwsSignedBy(jws, nodeCrypto.importSpki(spki), nodeCrypto)) return true;
      }
      return false;
    } catch (error) {
      if (error instanceof HclError) return false;
      throw error;
    }
  }
});

describe('a JWS', () => {
  const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = `${b64({ alg: 'ES256' })}.e30.AAAA`;
  const wrong: Readonly<Record<string, readonly [token: string, code: string]>> = {
    'two parts': ['e30.e30', 'CODE_MALFORMED'],
    'four parts': [`${good}.AAAA`, 'CODE_MALFORMED'],
    'no signature': [`${b64({ alg: 'ES256' })}.e30.`, 'CODE_MALFORMED'],
    'a space': [`${good} `, 'CODE_MALFORMED'],
    padding: [`${good}=`, 'CODE_MALFORMED'],
    'unused bits that are not zero': [`${b64({ alg: 'ES256' })}.e31.AAAA`, 'CODE_MALFORMED'],
    'the algorithm none': [`${b64({ alg: 'none' })}.e30.AAAA`, 'CODE_MALFORMED'],
    'no algorithm': [`${b64({})}.e30.AAAA`, 'CODE_MALFORMED'],
    'an HMAC': [`${b64({ alg: 'HS256' })}.e30.AAAA`, 'ALGORITHM_NOT_SUPPORTED'],
    'critical headers': [`${b64({ alg: 'ES256', crit: ['exp'] })}.e30.AAAA`, 'CODE_MALFORMED'],
    'a payload that is not encoded': [`${b64({ alg: 'ES256', b64: false })}.e30.AAAA`, 'CODE_MALFORMED'],
    'a header member twice': [
      `${Buffer.from('{"alg":"ES256","alg":"ES256"}').toString('base64url')}.e30.AAAA`,
      'CODE_MALFORMED',
    ],
    'a kid that is no text': [`${b64({ alg: 'ES256', kid: 7 })}.e30.AAAA`, 'CODE_MALFORMED'],
  };
  for (const [why, [token, code]] of Object.entries(wrong)) {
    it(`is refused with ${why}`, () => {
      expect(() => parseJws(token))
        .to.throw(HclError)
        .with.property('code', code);
    });
  }
});

describe('a vaccination certificate as credential', () => {
  const jwk: Jwk = {
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
    alg: 'ES256',
  };
  const { d: _, ...publicKey } = jwk;
  const subjectOf = (familyName: string): JsonObject => ({
    type: 'VaccinationEvent',
    dateOfVaccination: '2023-05-01',
    recipient: { familyName, givenName: 'TAI MAN', birthDate: '1980-01-01' },
  });
  const verdictOn = async (feature: string, more: JsonObject): Promise<Verdict> => {
    const payload = { issuer: ISSUER, credentialSubject: subjectOf('CHAN'), ...more };
    return verdictWith(issue(feature, payload, jwk), await credentialTrust(publicKey), NOW);
  };

  for (const feature of ['credential_jose', 'credential_cose', 'credential_sdjwt']) {
    it(`is good, but not confirmed when it names where it is taken back: ${feature}`, async () => {
      const changes = feature.endsWith('cose') ? { iss: ISSUER } : {};
      expect(await verdictOn(feature, changes)).to.deep.include({ outcome: 'pass', reasons: [] });
      const verdict = await verdictOn(feature, {
        ...changes,
        credentialStatus: { id: 'https://s.example/1' },
      });
      expect(verdict).to.deep.include({ outcome: 'refer', reasons: ['STATUS_UNKNOWN'] });
    });
  }

  it('of two people is about neither', async () => {
    const two = { credentialSubject: [subjectOf('CHAN'), subjectOf('LEE')] };
    expect((await verdictOn('credential_jose', two)).reasons).to.deep.equal(['IDENTITY_MISMATCH']);
  });
});

function credentialTrust(publicKeyJwk: Jwk): Promise<ForeignTrust> {
  return trustOf({ jwt: [{ iss: ISSUER, keys: [publicKeyJwk] }] });
}

/** Signed by a pinned key and well-formed, whether or not it is a health record. */
function isAuthentic({ validity, evidence }: Verdict): boolean {
  return validity !== 'invalid' && evidence.signature === 'checked';
}

const HASHES: Readonly<Record<string, readonly [hash: string | undefined, cose: number]>> = {
  ES256: ['sha256', -7],
  ES384: ['sha384', -35],
  ES512: ['sha512', -36],
  EdDSA: [undefined, -8],
};

function issue(feature: string, payload: JsonObject, jwk: Jwk): string {
  const isPresentation = feature.startsWith('presentation');
  const { alg = '' } = jwk;
  const [hash, cose] = HASHES[alg] ?? [undefined, 0];
  const key = { key: createPrivateKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  const short = isPresentation ? 'vp' : 'vc';
  if (feature.endsWith('cose')) {
    const header = new Map<CborKey, CborValue>([
      [1, cose],
      [3, `application/${short}`],
      [16, `application/${short}+cose`],
    ]);
    const parts = [toCbor(header), toUtf8(JSON.stringify(payload))] as const;
    const signed = toCbor(['Signature1', parts[0], new Uint8Array(0), parts[1]]);
    const message = new CborTag(18, [parts[0], new Map(), parts[1], new Uint8Array(sign(hash, signed, key))]);
    return Buffer.from(toCbor(message)).toString('base64');
  }
  const isDisclosing = feature.endsWith('sdjwt');
  const members = Object.keys(payload).filter((name) => /^(?:credentialSubject|holder)$/.test(name));
  const { payload: claims, disclosures } = conceal(payload, isDisclosing ? { _sd: members } : {});
  const header = { alg, typ: `${short}+${isDisclosing ? 'sd-jwt' : 'jwt'}`, cty: short };
  const signed = [header, { ...claims, iss: ISSUER }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const token = `${signed}.${sign(hash, Buffer.from(signed), key).toString('base64url')}`;
  return isDisclosing ? `${[token, ...disclosures.map(({ text }) => text)].join('~')}~` : token;
}

function disclosure(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function digest(parts: readonly unknown[]): string {
  return Buffer.from(nodeCrypto.sha256(toUtf8(disclosure(parts)))).toString('base64url');
}
