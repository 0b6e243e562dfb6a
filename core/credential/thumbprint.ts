/**
 * JWK thumbprint of a P-256 key (RFC 7638): SHA-256 over `{"crv":"P-256","kty":"EC","x":"…","y":"…"}`. In
 * base64url it is the `kid` of a credential.
 */
import { toBase64url } from '../bytes/base64url.ts';
import { toCanonicalJson } from '../bytes/canonical-json.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';
import { toJwk } from './key.ts';

/** 32 bytes. @param publicKey 65 bytes, SEC 1 uncompressed */
export function thumbprintOf(crypto: Crypto, publicKey: Uint8Array): Uint8Array {
  // RFC 7638 §3.3: required members only, in lexical order, as canonical JSON has them.
  return crypto.sha256(toUtf8(toCanonicalJson(toJwk(publicKey))));
}

/** The thumbprint as a `kid`, 43 characters. */
export function kidOf(crypto: Crypto, publicKey: Uint8Array): string {
  return toBase64url(thumbprintOf(crypto, publicKey));
}
