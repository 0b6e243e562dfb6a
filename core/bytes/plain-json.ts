/**
 * A quick look at JSON bytes: whether they are in canonical form (RFC 8785) for a reason that shows without
 * writing them anew. Most of our JSON is that plain: no spaces, no escapes, no numbers but short natural
 * ones, member names in ASCII and strictly ascending.
 *
 * It is no parser: it says "canonical, provided that a JSON parser takes it". "No" means "look closer".
 */
const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
/** Natural numbers of so many digits are exact, and are written as they are. */
const MAX_DIGITS = 15;
const MAX_DEPTH = 16;

/** Where the last member name of each object that is open begins and ends; used within one call only. */
const nameStarts = new Int32Array(MAX_DEPTH + 1);
const nameEnds = new Int32Array(MAX_DEPTH + 1);

export function isPlainCanonicalJson(bytes: Uint8Array): boolean {
  let depth = 0;
  let digits = 0;
  for (let i = 0; i < bytes.length; i++) {
    // i < bytes.length.
    const byte = bytes[i]!;
    if (byte >= ZERO && byte <= NINE) {
      if (++digits > MAX_DIGITS) return false;
      continue;
    }
    const isAfterNumber = digits > 0;
    digits = 0;
    if (byte === QUOTE) {
      const start = i + 1;
      const end = endOfString(bytes, start);
      if (end === -1) return false;
      if (bytes[end + 1] === COLON) {
        if (nameEnds[depth] !== 0 && !isAscending(bytes, depth, start, end)) return false;
        if (!isAscii(bytes, start, end)) return false;
        nameStarts[depth] = start;
        nameEnds[depth] = end;
      }
      i = end;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > MAX_DEPTH) return false;
      nameEnds[depth] = 0;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (--depth < 0) return false;
    } else if (byte !== COMMA && byte !== COLON) {
      // The letters of true, false and null; after a digit they would be an exponent.
      if (isAfterNumber || byte < LOWER_A || byte > LOWER_Z) return false;
    }
  }
  return true;
}

/** Place of the closing quote, or -1 when there is none or an escape comes before it. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] === QUOTE) return i;
    if (bytes[i] === BACKSLASH) return -1;
  }
  return -1;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  // start <= i < end <= bytes.length.
  for (let i = start; i < end; i++) if (bytes[i]! > 0x7f) return false;
  return true;
}

/** Whether the name from `start` to `end` comes after the last one of its object; of equal ones, neither does. */
function isAscending(bytes: Uint8Array, depth: number, start: number, end: number): boolean {
  // Names that were read before lie within `bytes`, and depth <= MAX_DEPTH.
  const lastStart = nameStarts[depth]!;
  const lastLength = nameEnds[depth]! - lastStart;
  const length = end - start;
  for (let i = 0; i < length && i < lastLength; i++) {
    const difference = bytes[start + i]! - bytes[lastStart + i]!;
    if (difference !== 0) return difference > 0;
  }
  return length > lastLength;
}
