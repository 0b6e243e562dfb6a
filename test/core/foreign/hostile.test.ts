/**
 * No altered code of any system is ever accepted as saying something else, and none is an exception. Good codes are
 * cut, mixed and bent, in their text and in the layers below it; an accepted text that was not issued says, to the last
 * member, what one that was issued says: another spelling of it.
 */
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign } from 'node:crypto';
import { deflateRawSync, deflateSync, inflateRawSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase45, toBase45 } from '../../../core/bytes/base45.ts';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { fromZlib } from '../../../core/bytes/zlib.ts';
import { HclError } from '../../../core/errors.ts';
import { decodeForeign } from '../../../core/foreign/decode.ts';
import { ForeignError } from '../../../core/foreign/errors.ts';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import { numericOf, jwsOfNumeric } from '../../../core/foreign/shc/numeric.ts';
import { parseCertificate } from '../../../core/foreign/x509/certificate.ts';
import { parseRevocationList } from '../../../core/foreign/x509/revocation-list.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { makeRevocationList } from './support/certificates.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';
import { DCC, JUDGED_AT, makeHcertSigner } from './support/hcert-signer.ts';
import { csca, seal, signerCertificate, TEST_DATA } from './support/seals.ts';
import { makeShcSigner, SHC_ISSUER } from './support/shc-signer.ts';
import { conceal } from './support/disclosing.ts';
import { makeCertificate } from './support/certificates.ts';

const INPUTS = runs(80_000, 4_000_000);
/** Two parsers each. */
const CERTIFICATES = runs(60_000, 500_000);

const hcert = makeHcertSigner();
const shc = makeShcSigner();
const jwtKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const hkKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWT_ISSUER = 'https://issuer.example/vc';

/** A layer of a code below its text: its bytes, and the text with other bytes in their place. */
interface Layer {
  readonly bytes: Uint8Array;
  wrap(changed: Uint8Array): string;
}

interface GoodCode {
  readonly text: string;
  readonly layers: readonly Layer[];
}

function layersOf(text: string): readonly Layer[] {
  if (text.startsWith('HC1:')) {
    const compressed = fromBase45(text, 4);
    return [
      {
        bytes: fromZlib(compressed, 8192),
        wrap: (changed) => `HC1:${toBase45(new Uint8Array(deflateSync(changed, { level: 1 })))}`,
      },
      { bytes: compressed, wrap: (changed) => `HC1:${toBase45(changed)}` },
    ];
  }
  if (text.startsWith('shc:')) {
    const [header = '', payload = '', signature = ''] = jwsOfNumeric(text).split('.');
    const bytes = new Uint8Array(inflateRawSync(Buffer.from(payload, 'base64url')));
    const pack = (changed: Uint8Array): string => deflateRawSync(changed, { level: 1 }).toString('base64url');
    return [{ bytes, wrap: (changed) => numericOf([header, pack(changed), signature].join('.')) }];
  }
  if (text.startsWith('eyJ')) {
    const [token = '', ...rest] = text.split('~');
    const [header = '', payload = '', signature = ''] = token.split('.');
    const wrap = (changed: Uint8Array): string =>
      [[header, Buffer.from(changed).toString('base64url'), signature].join('.'), ...rest].join('~');
    return [{ bytes: new Uint8Array(Buffer.from(payload, 'base64url')), wrap }];
  }
  if (text.startsWith('{"data"')) {
    const { data, sig } = JSON.parse(text) as {
      readonly data: unknown;
      readonly sig: { readonly cer: string };
    };
    const wrap = (changed: Uint8Array): string =>
      JSON.stringify({ data, sig: { ...sig, cer: Buffer.from(changed).toString('base64url') } });
    return [{ bytes: new Uint8Array(Buffer.from(sig.cer, 'base64url')), wrap }];
  }
  return [];
}

/** What a hostile writer might put in the place of some bytes. */
const POISON: readonly Uint8Array[] = [
  new Uint8Array(64).fill(0x81),
  new Uint8Array(64).fill(0xa1),
  new Uint8Array(64).fill(0xc1),
  Uint8Array.of(0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x30, 0x80),
  new Uint8Array(Buffer.from('[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[')),
  new Uint8Array(Buffer.from('1e999,"__proto__":{},"a":1,"a":2')),
  new Uint8Array(Buffer.from('99999999999999999999')),
  new Uint8Array(Buffer.from('\\ud800')),
];

const CHARACTERS = [...'0123456789ABCDEFabcxyz $%*+-./:{}[]",\\|~=_\u0000\u00ff\u4e2d'];

describe(`${INPUTS + 2 * CERTIFICATES} hostile codes of other systems (seed ${testSeed})`, function () {
  this.timeout(runs(240_000, 7_200_000));

  it('give no false accept and no exception', async () => {
    const trust = await allTrust();
    const codes = goodCodes().map((text): GoodCode => ({ text, layers: layersOf(text) }));
    const said = new Set<string>();
    for (const { text } of codes) said.add((await contentOf(text, trust)) ?? 'nothing');
    expect(said.has('nothing'), 'every code is good before it is bent').to.equal(false);

    const random = new Random(testSeed);
    let decoded = 0;
    let respelled = 0;
    for (let i = 0; i < INPUTS; i++) {
      const text = bend(random.pick(codes), random.pick(codes).text, random);
      if (!decodes(text)) continue;
      decoded++;
      const content = await contentOf(text, trust);
      if (content === undefined) continue;
      if (!said.has(content)) throw new Error(`false accept: ${text}`);
      respelled++;
    }
    // Most changes break a rule of some layer; those that do not must be caught by the signature.
    expect(decoded).to.be.within(INPUTS / 50, INPUTS / 2);
    expect(respelled).to.be.below(decoded / 2);
  });

  it('nor do certificates and revocation lists', () => {
    const random = new Random(testSeed);
    const originals = [signerCertificate, makeRevocationList({ issuer: csca, serials: [1, 2, 3] })];
    for (let i = 0; i < CERTIFICATES; i++) {
      const bytes = bendBytes(random.pick(originals), random);
      for (const parse of [parseCertificate, parseRevocationList]) {
        try {
          parse(bytes);
        } catch (error) {
          if (!(error instanceof HclError)) throw error;
        }
      }
    }
  });
});

function bend({ text, layers }: GoodCode, other: string, random: Random): string {
  if (layers.length > 0 && random.below(2) === 0) {
    const { bytes, wrap } = random.pick(layers);
    return wrap(bendBytes(bytes, random));
  }
  const at = random.below(text.length);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + random.pick(CHARACTERS).repeat(1 + random.below(40)) + text.slice(at);
    case 3:
      return text.slice(0, at) + text.slice(at + 1 + random.below(30));
    case 4:
      return text.slice(0, at) + other.slice(random.below(other.length));
    case 5:
      return text.slice(0, at) + text.slice(at, at + 20).repeat(2 + random.below(5)) + text.slice(at + 20);
    default:
      return random.pick([
        ` ${text}`,
        `${text} `,
        `${text}\n`,
        text.toUpperCase(),
        `[${text}]`,
        `\uFEFF${text}`,
      ]);
  }
}

function bendBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length);
  switch (random.below(5)) {
    case 0:
      return bytes.with(at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
    case 1:
      return bytes.with(at, random.below(256));
    case 2:
      return bytes.slice(0, at);
    case 3:
      return Uint8Array.of(...bytes.subarray(0, at), ...random.pick(POISON), ...bytes.subarray(at));
    default:
      return Uint8Array.of(
        ...bytes.subarray(0, at),
        ...random.bytes(1 + random.below(8)),
        ...bytes.subarray(at + 4),
      );
  }
}

/** Whether it is read at all; what it throws is ours. */
function decodes(text: string): boolean {
  try {
    return decodeForeign(text, nodeCrypto) !== undefined;
  } catch (error) {
    if (error instanceof ForeignError) return false;
    throw error;
  }
}

/** What an accepted code says, in canonical form; `undefined` when it does not pass. */
async function contentOf(text: string, trust: ForeignTrust): Promise<string | undefined> {
  const { outcome, reasons, evidence } = await verdictWith(text, trust, JUDGED_AT);
  if (reasons.includes('COULD_NOT_DECIDE')) throw new Error(`could not decide: ${text}`);
  if (outcome !== 'pass') return undefined;
  return toCanonicalJson(evidence.foreign?.facts?.content);
}

function allTrust(): Promise<ForeignTrust> {
  const certificate = makeCertificate({ subject: csca, issuer: csca, isAuthority: true });
  return trustOf({
    hcert: [{ certificate: hcert.certificate }],
    shc: [{ iss: SHC_ISSUER, keys: shc.keys }],
    vdsnc: [{ certificate: Buffer.from(certificate).toString('base64') }],
    jwt: [{ iss: JWT_ISSUER, keys: [jwtKeys.publicKey.export({ format: 'jwk' })] }],
    hk: [
      {
        keyVersion: '1',
        publicKey: hkKeys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      },
    ],
  });
}

function goodCodes(): readonly string[] {
  const { v, ...rest } = DCC;
  const test = {
    tg: '840539006',
    tt: 'LP6464-4',
    sc: '2022-05-31T08:00:00Z',
    tr: '260415000',
    co: 'PT',
    is: 'Ministry of Health',
    ci: 'URN:UVCI:01:PT:1#A',
  };
  expect(v).to.be.an('array');
  return [
    hcert.issue(),
    hcert.issue({ claim: { ...rest, t: [test] } }),
    shc.issue(),
    shc.issue({ rid: 'AAAA' }),
    seal(),
    seal({ ...TEST_DATA, msg: { ...(TEST_DATA['msg'] as object), utci: 'U2' } }),
    jwt(false),
    jwt(true),
    hkText(),
  ];
}

function jwt(isDisclosing: boolean): string {
  const credential = {
    iss: JWT_ISSUER,
    type: ['VerifiableCredential', 'VaccinationCertificate'],
    credentialSubject: {
      type: 'VaccinationEvent',
      vaccine: { atcCode: 'J07BX03' },
      dateOfVaccination: '2022-02-10',
      recipient: { familyName: 'CHAN', givenName: 'TAI MAN' },
    },
  };
  const frame = isDisclosing ? { credentialSubject: { _sd: ['recipient', 'dateOfVaccination'] } } : {};
  const { payload, disclosures } = conceal(credential, frame);
  const signed = [{ alg: 'ES256', typ: isDisclosing ? 'dc+sd-jwt' : 'vc+jwt' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = { key: jwtKeys.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const token = `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  return isDisclosing ? `${[token, ...disclosures.map(({ text }) => text)].join('~')}~` : token;
}

function hkText(): string {
  const fields =
    'HKSARG|VAC|3.00|1|R123|****456(7)|CHAN T** M**|15-03-2021|CoronaVac|||,|10-02-2022|BNT162b2||01-01-1980,2||20-02-2022 09:30|';
  return fields + sign('sha256', Buffer.from(fields), hkKeys.privateKey).toString('base64');
}
