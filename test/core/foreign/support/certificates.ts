/** Certificates and revocation lists made for tests: any subject, issuer, validity and usage. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { DER, derNode } from '../../../../core/bytes/der.ts';
import { fromHex } from '../../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../../core/bytes/utf8.ts';

export interface TestAuthority {
  readonly country: string;
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly keyId: Uint8Array;
}

export interface CertificateOptions {
  readonly subject: TestAuthority;
  readonly issuer: TestAuthority;
  readonly serial?: number;
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Object identifiers as hex of their content. */
  readonly usages?: readonly string[];
  readonly isAuthority?: boolean;
}

const ECDSA_SHA256 = derNode(DER.SEQUENCE, derNode(DER.OID, hex('2a8648ce3d040302')));

/** Extended key usages, as the content of an OBJECT IDENTIFIER in hex. */
export const USAGE = {
  test: '2b060104018e378f650101',
  vaccination: '2b060104018e378f650102',
  recovery: '2b060104018e378f650103',
  icaoVds: '67810801010e02',
} as const;

let counter = 0;

export function makeAuthority(country: string, name: string): TestAuthority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  counter++;
  return { country, name, ...keys, keyId: Uint8Array.from([7, 7, counter >> 8, counter & 0xff]) };
}

/** DER. */
export function makeCertificate(options: CertificateOptions): Uint8Array {
  const {
    subject,
    issuer,
    serial = 1,
    notBefore = '20200101000000Z',
    notAfter = '20400101000000Z',
  } = options;
  const body = derNode(
    DER.SEQUENCE,
    derNode(0xa0, derNode(DER.INTEGER, Uint8Array.of(2))),
    derNode(DER.INTEGER, Uint8Array.of(serial)),
    ECDSA_SHA256,
    nameOf(issuer),
    derNode(DER.SEQUENCE, timeOf(notBefore), timeOf(notAfter)),
    nameOf(subject),
    new Uint8Array(subject.publicKey.export({ format: 'der', type: 'spki' })),
    derNode(0xa3, derNode(DER.SEQUENCE, ...extensionsOf(options))),
  );
  return signed(body, issuer);
}

export interface ListOptions {
  readonly issuer: TestAuthority;
  readonly serials: readonly number[];
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
}

/** A certificate revocation list, DER. */
export function makeRevocationList(options: ListOptions): Uint8Array {
  const { issuer, serials, thisUpdate = '20210101000000Z', nextUpdate = '20400101000000Z' } = options;
  const entries = serials.map((serial) =>
    derNode(DER.SEQUENCE, derNode(DER.INTEGER, Uint8Array.of(serial)), timeOf('20210601000000Z')),
  );
  const body = derNode(
    DER.SEQUENCE,
    derNode(DER.INTEGER, Uint8Array.of(1)),
    ECDSA_SHA256,
    nameOf(issuer),
    timeOf(thisUpdate),
    timeOf(nextUpdate),
    ...(entries.length === 0 ? [] : [derNode(DER.SEQUENCE, ...entries)]),
    derNode(0xa0, derNode(DER.SEQUENCE, authorityKeyId(issuer))),
  );
  return signed(body, issuer);
}

function signed(body: Uint8Array, { privateKey }: TestAuthority): Uint8Array {
  const signature = new Uint8Array(sign('sha256', body, privateKey));
  return derNode(DER.SEQUENCE, body, ECDSA_SHA256, derNode(DER.BIT_STRING, Uint8Array.of(0), signature));
}

function extensionsOf({
  subject,
  issuer,
  usages = [],
  isAuthority = false,
}: CertificateOptions): Uint8Array[] {
  return [
    extension('551d0e', derNode(DER.OCTET_STRING, subject.keyId)),
    authorityKeyId(issuer),
    ...(isAuthority
      ? [
          extension('551d13', derNode(DER.SEQUENCE, derNode(DER.BOOLEAN, Uint8Array.of(0xff)))),
          extension('551d0f', derNode(DER.BIT_STRING, Uint8Array.of(1, 0x06))),
        ]
      : []),
    ...(usages.length === 0
      ? []
      : [extension('551d25', derNode(DER.SEQUENCE, ...usages.map((usage) => derNode(DER.OID, hex(usage)))))]),
  ];
}

function authorityKeyId({ keyId }: TestAuthority): Uint8Array {
  return extension('551d23', derNode(DER.SEQUENCE, derNode(0x80, keyId)));
}

function extension(oid: string, value: Uint8Array): Uint8Array {
  return derNode(DER.SEQUENCE, derNode(DER.OID, hex(oid)), derNode(DER.OCTET_STRING, value));
}

function nameOf({ country, name }: TestAuthority): Uint8Array {
  return derNode(DER.SEQUENCE, attribute('550406', country), attribute('550403', name));
}

function attribute(oid: string, text: string): Uint8Array {
  const pair = derNode(DER.SEQUENCE, derNode(DER.OID, hex(oid)), derNode(0x0c, toUtf8(text)));
  return derNode(DER.SET, pair);
}

function timeOf(text: string): Uint8Array {
  return derNode(DER.GENERALIZED_TIME, toUtf8(text));
}

function hex(text: string): Uint8Array {
  return fromHex(`0x${text}`);
}
