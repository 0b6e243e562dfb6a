/**
 * SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) → what WebCrypto and @noble import. Everything is checked here, while the
 * port's import may still refuse: WebCrypto would say so only later.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  DER,
  DerReader,
  derNode,
  oidText,
  positiveInteger,
  wholeBytes,
  wholeDer,
} from '../../core/bytes/der.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import type { KeyKind, SignatureAlgorithm } from '../../core/crypto.ts';
import { readAlgorithm } from '../../core/foreign/x509/algorithm.ts';
import { CryptoError } from './crypto-error.ts';

export interface PublicKeyParts {
  readonly kind: KeyKind;
  /** A point, SEC 1 uncompressed; of Ed25519 the 32 bytes; of RSA a SubjectPublicKeyInfo with `rsaEncryption`. */
  readonly bytes: Uint8Array;
  /** The only ones that a certificate allows this RSA key (RFC 4055 §1.2); absent: all of its kind. */
  readonly only?: readonly SignatureAlgorithm[];
}

const EC = '1.2.840.10045.2.1';
const RSA = '1.2.840.113549.1.1.1';
const RSA_PSS = '1.2.840.113549.1.1.10';
const ED25519 = '1.3.101.112';
const CURVES: ReadonlyMap<string, { readonly kind: KeyKind; readonly curve: typeof p256 }> = new Map([
  ['1.2.840.10045.3.1.7', { kind: 'P-256', curve: p256 }],
  ['1.3.132.0.34', { kind: 'P-384', curve: p384 }],
  ['1.3.132.0.35', { kind: 'P-521', curve: p521 }],
  ['1.3.132.0.10', { kind: 'secp256k1', curve: secp256k1 }],
]);
const RSA_IDENTIFIER = fromHex('0x300d06092a864886f70d0101010500');
const ANY_PSS: readonly SignatureAlgorithm[] = ['PS256', 'PS384', 'PS512'];
const MIN_RSA_BITS = 2048;
/** A larger key costs seconds to check against. */
const MAX_RSA_BITS = 8192;

/** Throws `CRYPTO_INVALID_KEY`. */
export function readSpki(spki: Uint8Array): PublicKeyParts {
  try {
    const reader = new DerReader(wholeDer(spki, DER.SEQUENCE).content);
    const identifier = reader.next(DER.SEQUENCE);
    const keyBytes = wholeBytes(reader.next(DER.BIT_STRING).content);
    reader.end();
    const parameters = new DerReader(identifier.content);
    const oid = oidText(parameters.next(DER.OID).content);
    if (oid === EC) return readPoint(oidText(parameters.next(DER.OID).content), keyBytes);
    if (oid === ED25519) return readEd25519(keyBytes);
    if (oid === RSA) return readRsa(keyBytes);
    if (oid !== RSA_PSS) throw refused('a kind of key that is not used');
    const named = readAlgorithm(identifier);
    if (named === undefined && !parameters.isAtEnd) throw refused('PSS parameters that are not used');
    return { ...readRsa(keyBytes), only: named === undefined ? ANY_PSS : [named] };
  } catch (cause) {
    if (cause instanceof CryptoError) throw cause;
    throw refused('not a SubjectPublicKeyInfo that can be read', { cause });
  }
}

function readPoint(oid: string, point: Uint8Array): PublicKeyParts {
  const known = CURVES.get(oid);
  if (known === undefined) throw refused('a curve that is not used');
  const read = known.curve.Point.fromBytes(point);
  read.assertValidity();
  return { kind: known.kind, bytes: read.toBytes(false) };
}

function readEd25519(bytes: Uint8Array): PublicKeyParts {
  ed25519.Point.fromBytes(bytes);
  return { kind: 'Ed25519', bytes: bytes.slice() };
}

/** RSAPublicKey (RFC 8017 §A.1.1). */
function readRsa(bytes: Uint8Array): PublicKeyParts {
  const reader = new DerReader(wholeDer(bytes, DER.SEQUENCE).content);
  const modulus = positiveInteger(reader.next(DER.INTEGER).content);
  const exponent = positiveInteger(reader.next(DER.INTEGER).content);
  reader.end();
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) throw refused('an RSA key of a size that is not used');
  // NIST SP 800-56B §6.2: with the exponent 1 anybody could sign.
  const isOdd = ((exponent.at(-1) ?? 0) & 1) === 1;
  if (!isOdd || (exponent.length === 1 && exponent[0] === 1))
    throw refused('an RSA exponent that signs nothing');
  const bitString = derNode(DER.BIT_STRING, Uint8Array.of(0), bytes);
  return { kind: 'RSA', bytes: derNode(DER.SEQUENCE, RSA_IDENTIFIER, bitString) };
}

function refused(what: string, options?: ErrorOptions): CryptoError {
  return new CryptoError('CRYPTO_INVALID_KEY', what, options);
}
