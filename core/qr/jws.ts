/**
 * A credential as JWS compact serialisation (RFC 7515 §7.1): `<header>.<payload>.<signature>`, each base64url.
 * A code holds the same bytes, so the JWS that was signed comes out again exactly.
 */
import { toBase64url } from '../bytes/base64url.ts';

export interface SignedBytes {
  /** The protected header as signed. */
  readonly headerBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
}

export function toJws({ headerBytes, payloadBytes, signature }: SignedBytes): string {
  return `${toBase64url(headerBytes)}.${toBase64url(payloadBytes)}.${toBase64url(signature)}`;
}
