/**
 * base64url without padding (RFC 4648 §5, as in RFC 7515 §2), strict: one text for each byte string. Spaces,
 * padding, the `+/` alphabet and unused bits that are not zero are refused, because a lenient decoder gives
 * several texts to the same token.
 */
import { allocate } from './allocate.ts';
import { asciiToText } from './ascii.ts';
import { BytesError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
/** Large enough to show up in the `|` of all values. */
const FOREIGN = 255;
/** Value of a character code. */
const VALUES = new Uint8Array(256).fill(FOREIGN);
CODES.forEach((code, value) => (VALUES[code] = value));
const encoder = new TextEncoder();
const scratch = new Uint8Array(4096);

/** Characters that `byteLength` bytes take. */
export function base64urlLength(byteLength: number): number {
  return Math.ceil((byteLength * 4) / 3);
}

export function toBase64url(bytes: Uint8Array): string {
  const text = allocate(base64urlLength(bytes.length));
  writeBase64url(bytes, text, 0);
  return asciiToText(text);
}

/** Writes the text of `bytes` as ASCII to `target` at `offset`; returns the offset after it. */
export function writeBase64url(bytes: Uint8Array, target: Uint8Array, offset: number): number {
  const whole = bytes.length - (bytes.length % 3);
  let at = offset;
  for (let i = 0; i < whole; i += 3) {
    // All three lie below `whole`, and six bits are always an index of CODES: here and below.
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    target[at++] = CODES[group >> 18]!;
    target[at++] = CODES[(group >> 12) & 63]!;
    target[at++] = CODES[(group >> 6) & 63]!;
    target[at++] = CODES[group & 63]!;
  }
  if (whole === bytes.length) return at;
  const group = (bytes[whole]! << 16) | ((bytes[whole + 1] ?? 0) << 8);
  target[at++] = CODES[group >> 18]!;
  target[at++] = CODES[(group >> 12) & 63]!;
  if (whole + 2 === bytes.length) target[at++] = CODES[(group >> 6) & 63]!;
  return at;
}

/** Inverse of {@link toBase64url}; anything that it does not write throws `BASE64URL_INVALID`. */
export function fromBase64url(text: string): Uint8Array {
  const codes = characterCodes(text);
  const tail = text.length % 4;
  const bytes = allocate(Math.floor((text.length * 3) / 4));
  const whole = text.length - tail;
  let at = 0;
  let seen = 0;
  for (let i = 0; i < whole; i += 4) {
    // There is a code for each character, and a value for each code: here and below.
    const a = VALUES[codes[i]!]!;
    const b = VALUES[codes[i + 1]!]!;
    const c = VALUES[codes[i + 2]!]!;
    const d = VALUES[codes[i + 3]!]!;
    seen |= a | b | c | d;
    bytes[at++] = (a << 2) | (b >> 4);
    bytes[at++] = (b << 4) | (c >> 2);
    bytes[at++] = (c << 6) | d;
  }
  if (tail > 0) {
    const a = VALUES[codes[whole]!]!;
    // RFC 4648 §3.5: a lone character belongs to no byte.
    const b = tail === 1 ? FOREIGN : VALUES[codes[whole + 1]!]!;
    const c = tail === 3 ? VALUES[codes[whole + 2]!]! : 0;
    seen |= a | b | c;
    bytes[at++] = (a << 2) | (b >> 4);
    if (tail === 3) bytes[at++] = (b << 4) | (c >> 2);
    // And bits that belong to no byte are zero.
    if ((tail === 3 ? c & 0b11 : b & 0b1111) !== 0) throw invalid();
  }
  if (seen > 63) throw invalid();
  return bytes;
}

/** The characters as bytes, which are read twice as fast as characters of a string. Decoding shares its scratch. */
function characterCodes(text: string): Uint8Array {
  const codes = text.length <= scratch.length ? scratch : new Uint8Array(text.length);
  const { read, written } = encoder.encodeInto(text, codes);
  // More bytes than characters: not ASCII.
  if (read !== text.length || written !== text.length) throw invalid();
  return codes;
}

function invalid(): BytesError {
  return new BytesError('BASE64URL_INVALID', 'not base64url in its one canonical form');
}
