/**
 * X.509 certificates (RFC 5280 §4.1), as much of them as signers of health codes need. Reading says nothing about
 * trust. What breaks DER throws `DER_INVALID`.
 */
import type { SignatureAlgorithm } from '../../crypto.ts';
import { DER, DerReader, invalidDer, wholeBytes } from '../../bytes/der.ts';
import { toHex, type Hex } from '../../bytes/hex.ts';
import { readAlgorithm } from './algorithm.ts';
import { readExtensions, type Extensions } from './extensions.ts';
import { readName, type DistinguishedName } from './name.ts';
import { readTime } from './time.ts';

export interface Certificate {
  readonly der: Uint8Array;
  /** The part that is signed. */
  readonly signedBytes: Uint8Array;
  readonly serialNumber: Hex;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBeforeSeconds: number;
  /** The last second of its validity. */
  readonly notAfterSeconds: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly extensions: Extensions;
  /** `undefined`: of a kind that is not checked here. */
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly signature: Uint8Array;
}

const MAX_CERTIFICATE_BYTES = 16_384;
const VERSION = 0xa0;
const ISSUER_ID = 0x81;
const SUBJECT_ID = 0x82;
const EXTENSIONS = 0xa3;

export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE_BYTES) throw invalidDer('longer than any certificate');
  const outer = new DerReader(der);
  const certificate = outer.within(DER.SEQUENCE);
  outer.end();
  const signed = certificate.next(DER.SEQUENCE);
  const algorithm = readAlgorithm(certificate.next(DER.SEQUENCE));
  const signature = wholeBytes(certificate.next(DER.BIT_STRING).content);
  certificate.end();
  const body = new DerReader(signed.content);
  body.optional(VERSION);
  const serialNumber = toHex(body.next(DER.INTEGER).content);
  // RFC 5280 §4.1.2.3: the same algorithm inside as outside.
  if (readAlgorithm(body.next(DER.SEQUENCE)) !== algorithm) throw invalidDer('two different algorithms');
  const issuer = readName(body);
  const validity = body.within(DER.SEQUENCE);
  const notBeforeSeconds = readTime(validity);
  const notAfterSeconds = readTime(validity);
  validity.end();
  const subject = readName(body);
  const spki = body.next(DER.SEQUENCE).whole;
  body.optional(ISSUER_ID);
  body.optional(SUBJECT_ID);
  const extensions = readExtensions(body.optional(EXTENSIONS));
  body.end();
  return {
    der,
    signedBytes: signed.whole,
    serialNumber,
    issuer,
    subject,
    notBeforeSeconds,
    notAfterSeconds,
    spki,
    extensions,
    algorithm,
    signature,
  };
}
