/**
 * An X.509 certificate (RFC 5280 §4.1) of a document signer for a P-256 key, signed with that key itself. Whoever has a
 * country authority above gives its certificate in place of this one; to verifiers both are what they have pinned.
 *
 * The key may lie anywhere: only its public part and a signature are asked for.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { DER, derNode } from '../../core/bytes/der.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { toDerSignature } from '../../service/der-signature.ts';
import { invariant } from '../../core/errors.ts';
import type { PresentKey } from '../keys/signing-desk.ts';

export interface CertificateSubject {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly organization: string;
  readonly commonName: string;
  readonly notBeforeSeconds: number;
  /** The last second. */
  readonly notAfterSeconds: number;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
}

const ECDSA_SHA256 = fromHex('0x300a06082a8648ce3d040302');
const P256 = fromHex('0x301306072a8648ce3d020106082a8648ce3d030107');
const VERSION_3 = fromHex('0xa003020102');
const OID = { country: '0x550406', organization: '0x55040a', commonName: '0x550403' } as const;
/** KeyUsage, critical: digitalSignature alone (RFC 5280 §4.2.1.3). */
const KEY_USAGE = fromHex('0x300e0603551d0f0101ff040403020780');
const EXTENSIONS = 0xa3;
const PRINTABLE_STRING = 0x13;
const UTF8_STRING = 0x0c;
/** RFC 5280 §4.1.2.5: from this year on times have four digits of it. */
const GENERALIZED_FROM_YEAR = 2050;

/** DER. */
export async function selfSignedCertificate(
  { publicKey, sign }: Pick<PresentKey, 'publicKey' | 'sign'>,
  subject: CertificateSubject,
): Promise<Uint8Array> {
  const body = bodyOf(publicKey, subject);
  const signature = toDerSignature(await sign(body));
  invariant(signature !== undefined, 'a signer gives 64 bytes');
  return derNode(DER.SEQUENCE, body, ECDSA_SHA256, bitString(signature));
}

/** @param publicKey 65 bytes, SEC 1 */
function bodyOf(publicKey: Uint8Array, subject: CertificateSubject): Uint8Array {
  const name = nameOf(subject);
  const { notBeforeSeconds, notAfterSeconds, serial } = subject;
  return derNode(
    DER.SEQUENCE,
    VERSION_3,
    serialNumber(serial),
    ECDSA_SHA256,
    name,
    derNode(DER.SEQUENCE, timeOf(notBeforeSeconds), timeOf(notAfterSeconds)),
    name,
    derNode(DER.SEQUENCE, P256, bitString(publicKey)),
    derNode(EXTENSIONS, derNode(DER.SEQUENCE, KEY_USAGE)),
  );
}

/** Positive and in its shortest form (RFC 5280 §4.1.2.2): the first byte is from 40 to 7f. */
function serialNumber(serial: Uint8Array): Uint8Array {
  const [first = 0, ...rest] = serial;
  return derNode(DER.INTEGER, Uint8Array.of((first & 0x3f) | 0x40, ...rest));
}

function nameOf({ country, organization, commonName }: CertificateSubject): Uint8Array {
  return derNode(
    DER.SEQUENCE,
    attribute(OID.country, PRINTABLE_STRING, country),
    attribute(OID.organization, UTF8_STRING, organization),
    attribute(OID.commonName, UTF8_STRING, commonName),
  );
}

function attribute(oid: `0x${string}`, tag: number, text: string): Uint8Array {
  const pair = derNode(DER.SEQUENCE, derNode(DER.OID, fromHex(oid)), derNode(tag, toUtf8(text)));
  return derNode(DER.SET, pair);
}

function timeOf(seconds: number): Uint8Array {
  const time = new Date(seconds * 1000);
  // 2026-11-26T17:00:00.000Z → 20261126170000Z
  const text = time.toISOString().replaceAll(/[-:T]|\.\d{3}/g, '');
  return time.getUTCFullYear() < GENERALIZED_FROM_YEAR
    ? derNode(DER.UTC_TIME, toUtf8(text.slice(2)))
    : derNode(DER.GENERALIZED_TIME, toUtf8(text));
}

function bitString(bytes: Uint8Array): Uint8Array {
  return derNode(DER.BIT_STRING, concatBytes(Uint8Array.of(0), bytes));
}
