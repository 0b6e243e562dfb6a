/**
 * A credential as JWS compact serialisation (RFC 7515 §7.1): `<header>.<payload>.<signature>`, each base64url.
 * A code and its JWS hold the same bytes; only the proof is added in the code.
 */
import { asciiToText } from '../bytes/ascii.ts';
import { base64urlLength, fromBase64url, toBase64url, writeBase64url } from '../bytes/base64url.ts';
import { CodeError } from './code-error.ts';

const DOT = 0x2e;

export interface SignedBytes {
  /** The protected header as signed. */
  readonly headerBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
}

export function toJws(signed: SignedBytes): string {
  return `${asciiToText(signingInput(signed))}.${toBase64url(signed.signature)}`;
}

/** The bytes that the signature covers: ASCII of `<header>.<payload>` (RFC 7515 §5.2). */
export function signingInput({ headerBytes, payloadBytes }: Omit<SignedBytes, 'signature'>): Uint8Array {
  const headerEnd = base64urlLength(headerBytes.length);
  const input = new Uint8Array(headerEnd + 1 + base64urlLength(payloadBytes.length));
  writeBase64url(headerBytes, input, 0);
  input[headerEnd] = DOT;
  writeBase64url(payloadBytes, input, headerEnd + 1);
  return input;
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
