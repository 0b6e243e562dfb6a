/**
 * JWS signing input (RFC 7515 §5.1): the ASCII bytes of BASE64URL(header) ‖ `.` ‖ BASE64URL(payload),
 * written straight into bytes: this is on the way of every verification.
 */

import { allocate } from '../bytes/allocate.ts';

const ALPHABET = Uint8Array.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
  (character) => character.charCodeAt(0),
);
const DOT = 0x2e;

export function signingInput(headerBytes: Uint8Array, payloadBytes: Uint8Array): Uint8Array {
  const headerLength = encodedLength(headerBytes.length);
  const input = allocate(headerLength + 1 + encodedLength(payloadBytes.length));
  encodeInto(headerBytes, input, 0);
  input[headerLength] = DOT;
  encodeInto(payloadBytes, input, headerLength + 1);
  return input;
}

function encodedLength(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

function encodeInto(bytes: Uint8Array, target: Uint8Array, start: number): void {
  // Reads past the end give undefined, which the shifts turn into zero bits; writes past it are dropped.
  let at = start;
  const end = start + encodedLength(bytes.length);
  const whole = bytes.length - (bytes.length % 3);
  for (let i = 0; i < whole; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    target[at] = ALPHABET[group >> 18]!;
    target[at + 1] = ALPHABET[(group >> 12) & 63]!;
    target[at + 2] = ALPHABET[(group >> 6) & 63]!;
    target[at + 3] = ALPHABET[group & 63]!;
    at += 4;
  }
  if (at === end) return;
  const group = (bytes[whole]! << 16) | ((bytes[whole + 1] ?? 0) << 8);
  target[at] = ALPHABET[group >> 18]!;
  target[at + 1] = ALPHABET[(group >> 12) & 63]!;
  if (end - at === 3) target[at + 2] = ALPHABET[(group >> 6) & 63]!;
}
