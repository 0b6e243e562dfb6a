/**
 * A credential as JWS compact serialisation (RFC 7515 §7.1): `<header>.<payload>.<signature>`, each base64url.
 * A code and its JWS hold the same bytes; only the proof is added in the code.
 */
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { CodeError } from './code-error.ts';

export interface SignedBytes {
  /** The protected header as signed. */
  readonly headerBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
}

export function toJws(signed: SignedBytes): string {
  return `${signingInput(signed)}.${toBase64url(signed.signature)}`;
}

/** What the signature covers: `<header>.<payload>` (RFC 7515 §5.2). */
export function signingInput({ headerBytes, payloadBytes }: Omit<SignedBytes, 'signature'>): string {
  return `${toBase64url(headerBytes)}.${toBase64url(payloadBytes)}`;
}

/** Throws `CODE_MALFORMED` unless `jws` is three parts of strict base64url with a 64-byte signature. */
export function fromJws(jws: string): SignedBytes {
  const [header, payload, signature, ...more] = jws.split('.', 4);
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw new CodeError('CODE_MALFORMED', 'a JWS has three parts');
  }
  const signed = {
    headerBytes: part(header),
    payloadBytes: part(payload),
    signature: part(signature),
  };
  if (signed.signature.length !== 64) throw new CodeError('CODE_MALFORMED', 'an ES256 signature has 64 bytes');
  return signed;
}

function part(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw new CodeError('CODE_MALFORMED', 'a part of the JWS is not base64url', { cause });
  }
}
