/**
 * Low-S signatures over P-256: of the two that verify, (r, s) and (r, n - s), the one with s <= n / 2.
 *
 * We sign low-S, and accept both: RFC 7518 knows no such rule, did-jwt and `jose` accept both, and nothing of
 * ours is identified by its signature (the commitment leaves it out), so the second form gains nobody
 * anything. Protocols that do demand it (atproto) ask `isLowS` first.
 */

import { fromHex } from '../bytes/hex.ts';

/** n, the order of the group, and n / 2 rounded down (SEC 2 §2.4.2). */
const ORDER = fromHex('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const HALF = fromHex('0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8');
const S = 32;
const SIGNATURE_BYTES = 64;

/** Whether `signature` (r ‖ s, 64 bytes) has 0 < s <= n / 2. */
export function isLowS(signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || isAboveHalf(signature)) return false;
  return signature.subarray(S).some((byte) => byte !== 0);
}

/** The low-S form of a good signature. */
export function toLowS(signature: Uint8Array): Uint8Array {
  if (!isAboveHalf(signature)) return signature;
  const low = signature.slice();
  let borrow = 0;
  for (let i = S - 1; i >= 0; i--) {
    // i < 32, the length of ORDER and of s.
    const difference = ORDER[i]! - signature[S + i]! - borrow;
    low[S + i] = difference;
    borrow = difference < 0 ? 1 : 0;
  }
  return low;
}

function isAboveHalf(signature: Uint8Array): boolean {
  for (let i = 0; i < HALF.length; i++) {
    const byte = signature[S + i];
    if (byte !== HALF[i]) return byte !== undefined && byte > HALF[i]!;
  }
  return false;
}
