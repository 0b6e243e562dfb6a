/**
 * base64url without padding (RFC 4648 §5, as in RFC 7515 §2), strict: one text for each byte string. Spaces,
 * padding, the `+/` alphabet and unused bits that are not zero are refused, because a lenient decoder gives
 * several texts to the same token.
 */
import { BytesError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Value of a character code, or 255: large enough to show up in the `|` of a whole group. */
const VALUES = new Uint8Array(128).fill(255);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const group = (byteAt(bytes, i) << 16) | (byteAt(bytes, i + 1) << 8) | byteAt(bytes, i + 2);
    text += character(group >> 18) + character(group >> 12) + character(group >> 6) + character(group);
  }
  if (i + 1 === bytes.length) {
    const group = byteAt(bytes, i) << 4;
    text += character(group >> 6) + character(group);
  } else if (i + 2 === bytes.length) {
    const group = (byteAt(bytes, i) << 10) | (byteAt(bytes, i + 1) << 2);
    text += character(group >> 12) + character(group >> 6) + character(group);
  }
  return text;
}

/** Inverse of {@link toBase64url}; anything that it does not write throws `BASE64URL_INVALID`. */
export function fromBase64url(text: string): Uint8Array {
  const tail = text.length % 4;
  if (tail === 1) throw invalid();
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  const whole = text.length - tail;
  let at = 0;
  let seen = 0;
  for (let i = 0; i < whole; i += 4) {
    const [a, b, c, d] = [valueAt(text, i), valueAt(text, i + 1), valueAt(text, i + 2), valueAt(text, i + 3)];
    seen |= a | b | c | d;
    bytes[at++] = (a << 2) | (b >> 4);
    bytes[at++] = (b << 4) | (c >> 2);
    bytes[at++] = (c << 6) | d;
  }
  if (tail > 0) {
    const [a, b] = [valueAt(text, whole), valueAt(text, whole + 1)];
    const c = tail === 3 ? valueAt(text, whole + 2) : 0;
    seen |= a | b | c;
    bytes[at++] = (a << 2) | (b >> 4);
    if (tail === 3) bytes[at++] = (b << 4) | (c >> 2);
    // RFC 4648 §3.5: the bits that belong to no byte are zero.
    if ((tail === 2 ? b & 0x0f : c & 0x03) !== 0) throw invalid();
  }
  if (seen > 63) throw invalid();
  return bytes;
}

/** Callers stay within `bytes`. */
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index]!;
}

function character(sixBits: number): string {
  return ALPHABET.charAt(sixBits & 63);
}

function valueAt(text: string, index: number): number {
  return VALUES[text.charCodeAt(index)] ?? 255;
}

function invalid(): BytesError {
  return new BytesError('BASE64URL_INVALID', 'not base64url in its one canonical form');
}
