/** Bytes ↔ `0x` and lowercase hex, the form in which the ledger's values travel: `[1, 255]` ↔ `0x01ff`. */
import { allocate } from './allocate.ts';
import { asciiToText } from './ascii.ts';
import { BytesError } from './errors.ts';

/** `0x` and an even number of lowercase hex digits. */
export type Hex = `0x${string}`;

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const HEX = /^0x(?:[0-9a-f]{2})*$/;
/** Value of a digit by its character code. */
const VALUES = new Uint8Array(128);
DIGITS.forEach((code, value) => (VALUES[code] = value));

export function toHex(bytes: Uint8Array): Hex {
  const digits = allocate(2 * bytes.length);
  let at = 0;
  for (const byte of bytes) {
    // Half a byte is always an index of DIGITS.
    digits[at++] = DIGITS[byte >> 4]!;
    digits[at++] = DIGITS[byte & 15]!;
  }
  return `0x${asciiToText(digits)}`;
}

/** Inverse of {@link toHex}; anything else throws `HEX_INVALID`. */
export function fromHex(text: string): Uint8Array {
  if (!HEX.test(text)) throw new BytesError('HEX_INVALID', 'not 0x and pairs of lowercase hex digits');
  const bytes = new Uint8Array(text.length / 2 - 1);
  for (let i = 0, at = 2; i < bytes.length; i++, at += 2) {
    // HEX holds: both are digits.
    bytes[i] = (VALUES[text.charCodeAt(at)]! << 4) | VALUES[text.charCodeAt(at + 1)]!;
  }
  return bytes;
}
