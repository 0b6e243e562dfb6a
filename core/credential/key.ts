/**
 * P-256 public keys in their two forms: SEC 1 uncompressed (`04 ‖ x ‖ y`, 65 bytes), as on the ledger, and
 * JWK (RFC 7518 §6.2.1), as in `cnf`.
 */
import { concatBytes } from '../bytes/concat.ts';
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { CredentialError } from './errors.ts';

export interface P256Jwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  /** 32 bytes, base64url, 43 characters. */
  readonly x: string;
  readonly y: string;
}

const POINT_BYTES = 65;
const UNCOMPRESSED = Uint8Array.of(4);

/** Throws `CREDENTIAL_KEY` unless `publicKey` has the form of an uncompressed point. */
export function toJwk(publicKey: Uint8Array): P256Jwk {
  if (publicKey.length !== POINT_BYTES || publicKey[0] !== 4) {
    throw new CredentialError('CREDENTIAL_KEY', 'a P-256 public key is 65 bytes and starts with 04');
  }
  return {
    kty: 'EC',
    crv: 'P-256',
    x: toBase64url(publicKey.subarray(1, 33)),
    y: toBase64url(publicKey.subarray(33)),
  };
}

/** Inverse of {@link toJwk}. Whether the point lies on the curve shows when it is imported. */
export function fromJwk({ x, y }: P256Jwk): Uint8Array {
  const publicKey = concatBytes(UNCOMPRESSED, fromBase64url(x), fromBase64url(y));
  if (x.length !== y.length || publicKey.length !== POINT_BYTES) {
    throw new CredentialError('CREDENTIAL_KEY', 'a coordinate of P-256 is 32 bytes');
  }
  return publicKey;
}
