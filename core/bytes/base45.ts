/**
 * base45 (RFC 9285), strict: two bytes are three characters of the QR alphanumeric alphabet, least
 * significant first, a last single byte is two: `AB` ↔ `BB8`. A group above its largest value (`FGW` = ffff,
 * `U5` = ff), a lone last character and lower case are refused, so each byte string has one text.
 */
import { allocate } from './allocate.ts';
import { asciiToText } from './ascii.ts';
import { BytesError } from './errors.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
/** What a character code is worth in each place of a group; a foreign one takes the sum over the top. */
const FOREIGN = 1 << 20;
const encoder = new TextEncoder();
/** Decoding is synchronous, so all calls share it. */
const scratch = new Uint8Array(4300);
const ONES = placeValues(1);
const FORTY_FIVES = placeValues(45);
const HIGHS = placeValues(45 * 45);

export function toBase45(bytes: Uint8Array): string {
  const odd = bytes.length % 2;
  const even = bytes.length - odd;
  const text = allocate((even / 2) * 3 + odd * 2);
  let at = 0;
  for (let i = 0; i < even; i += 2) {
    // i + 1 < even <= bytes.length; the three remainders are below 45, as 65,535 < 45^3: here and below.
    const n = (bytes[i]! << 8) | bytes[i + 1]!;
    const high = Math.floor(n / 45);
    const highest = Math.floor(high / 45);
    text[at++] = CODES[n - high * 45]!;
    text[at++] = CODES[high - highest * 45]!;
    text[at++] = CODES[highest]!;
  }
  if (odd === 1) {
    const n = bytes[even]!;
    text[at++] = CODES[n % 45]!;
    text[at++] = CODES[Math.floor(n / 45)]!;
  }
  return asciiToText(text);
}

/** Decodes `text` from character `start` on; anything {@link toBase45} does not write throws `BASE45_INVALID`. */
export function fromBase45(text: string, start = 0): Uint8Array {
  const length = text.length - start;
  const tail = length % 3;
  if (tail === 1) throw invalid();
  const codes = characterCodes(text, start, length);
  const bytes = allocate(((length - tail) / 3) * 2 + (tail === 2 ? 1 : 0));
  const end = length - tail;
  let at = 0;
  let overflow = 0;
  // Every index stays below `length`, and the tables have a value for every byte.
  for (let i = 0; i < end; i += 3) {
    const n = ONES[codes[i]!]! + FORTY_FIVES[codes[i + 1]!]! + HIGHS[codes[i + 2]!]!;
    overflow |= n >> 16;
    bytes[at++] = n >> 8;
    bytes[at++] = n;
  }
  if (tail === 2) {
    const n = ONES[codes[end]!]! + FORTY_FIVES[codes[end + 1]!]!;
    overflow |= n >> 8;
    bytes[at] = n;
  }
  if (overflow !== 0) throw invalid();
  return bytes;
}

/** The characters as bytes: reading bytes is twice as fast as asking a string for each character. */
function characterCodes(text: string, start: number, length: number): Uint8Array {
  const codes = length <= scratch.length ? scratch : new Uint8Array(length);
  const { read, written } = encoder.encodeInto(start === 0 ? text : text.slice(start), codes);
  // More bytes than characters: not ASCII.
  if (read !== length || written !== length) throw invalid();
  return codes;
}

function placeValues(unit: number): Int32Array {
  const values = new Int32Array(256).fill(FOREIGN);
  CODES.forEach((code, value) => (values[code] = value * unit));
  return values;
}

function invalid(): BytesError {
  return new BytesError('BASE45_INVALID', 'not base45');
}
