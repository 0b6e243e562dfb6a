/**
 * Low-S signatures over P-256: of the two that verify, (r, s) and (r, n - s), the one with s <= n / 2.
 *
 * We sign low-S, and accept both: RFC 7518 knows no such rule, did-jwt and `jose` accept both, and nothing of
 * ours is identified by its signature (the commitment leaves it out), so the second form gains nobody
 * anything. Protocols that do demand it (atproto) ask `isLowS` first.
 */

const ORDER = 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n;
const S = 32;
const SIGNATURE_BYTES = 64;

/** Whether `signature` (r ‖ s, 64 bytes) has 0 < s <= n / 2. */
export function isLowS(signature: Uint8Array): boolean {
  const s = signature.length === SIGNATURE_BYTES ? readS(signature) : 0n;
  return s > 0n && s <= ORDER / 2n;
}

/** The low-S form of a good signature. */
export function toLowS(signature: Uint8Array): Uint8Array {
  // n / 2 starts with 7fffffff 80000000, so a first byte below 7f settles it without arithmetic.
  const first = signature[S];
  if ((first !== undefined && first < 0x7f) || isLowS(signature)) return signature;
  const low = signature.slice();
  let s = ORDER - readS(signature);
  for (let i = SIGNATURE_BYTES - 1; i >= S; i--) {
    low[i] = Number(s & 0xffn);
    s >>= 8n;
  }
  return low;
}

function readS(signature: Uint8Array): bigint {
  const view = new DataView(signature.buffer, signature.byteOffset + S, 32);
  let s = 0n;
  for (let at = 0; at < 32; at += 8) s = (s << 64n) | view.getBigUint64(at);
  return s;
}
