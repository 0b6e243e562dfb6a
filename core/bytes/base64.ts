/**
 * Standard base64 with padding (RFC 4648 §4), strict: one text for each byte string, by way of `base64url.ts`,
 * whose alphabet differs in two characters.
 */
import { fromBase64url, toBase64url } from './base64url.ts';
import { BytesError } from './errors.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function toBase64(bytes: Uint8Array): string {
  const text = toBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** Inverse of {@link toBase64}; anything that it does not write throws `BASE64_INVALID`. */
export function fromBase64(text: string): Uint8Array {
  try {
    if (!BASE64.test(text)) throw new BytesError('BASE64_INVALID', 'not base64');
    return fromBase64url(text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''));
  } catch (cause) {
    throw new BytesError('BASE64_INVALID', 'not base64', { cause });
  }
}
