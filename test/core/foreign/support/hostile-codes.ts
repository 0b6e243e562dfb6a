/**
 * Good codes of every system, and the same codes cut, mixed and bent as somebody hostile would, in their text and in the
 * layers below it.
 */
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign } from 'node:crypto';
import { deflateRawSync, deflateSync, inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { fromBase45, toBase45 } from '../../../../core/bytes/base45.ts';
import { fromZlib } from '../../../../core/bytes/zlib.ts';
import type { ForeignTrust } from '../../../../core/foreign/foreign-trust.ts';
import { numericOf, jwsOfNumeric } from '../../../../core/foreign/shc/numeric.ts';
import type { Random } from '../../../support/random.ts';
import { makeCertificate } from './certificates.ts';
import { conceal } from './disclosing.ts';
import { trustOf } from './foreign-verdict.ts';
import { DCC, makeHcertSigner } from './hcert-signer.ts';
import { csca, seal, TEST_DATA } from './seals.ts';
import { makeShcSigner, SHC_ISSUER } from './shc-signer.ts';

const hcert = makeHcertSigner();
const shc = makeShcSigner();
const jwtKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const hkKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWT_ISSUER = 'https://issuer.example/vc';

/** A layer of a code below its text: its bytes, and the text with other bytes in their place. */
export interface Layer {
  readonly bytes: Uint8Array;
  wrap(changed: Uint8Array): string;
}

export interface GoodCode {
  readonly text: string;
  readonly layers: readonly Layer[];
}

export function layersOf(text: string): readonly Layer[] {
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
  if (text.startsWith('HCL1:')) {
    return [{ bytes: fromBase45(text, 5), wrap: (changed) => `HCL1:${toBase45(changed)}` }];
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

export function bend({ text, layers }: GoodCode, other: string, random: Random): string {
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

export function bendBytes(bytes: Uint8Array, random: Random): Uint8Array {
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

export function allTrust(): Promise<ForeignTrust> {
  return trustOf(trustFile());
}

export interface TrustFileOfTests {
  readonly hcert: readonly object[];
  readonly shc: readonly object[];
  readonly [system: string]: readonly object[];
}

/** Trusts the signers of all good codes. */
export function trustFile(): TrustFileOfTests {
  const certificate = makeCertificate({ subject: csca, issuer: csca, isAuthority: true });
  return {
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
  };
}

export function goodCodes(): readonly string[] {
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
