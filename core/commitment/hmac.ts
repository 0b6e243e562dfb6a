/** HMAC-SHA-256 (RFC 2104), and the padding leaves made with it. */
import { concatBytes } from '../bytes/concat.ts';
import { invariant } from '../errors.ts';
import type { Crypto } from '../crypto.ts';

const BLOCK_BYTES = 64;
export const SEED_BYTES = 32;

/** HMAC-SHA-256, 32 bytes. */
export function hmacSha256(crypto: Crypto, key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? crypto.sha256(key) : key);
  const inner = crypto.sha256(
    concatBytes(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  );
  return crypto.sha256(
    concatBytes(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
}

/**
 * The leaf hash that fills place `index` of a batch when no record does: HMAC-SHA-256(batch seed, index as 32
 * bits big endian). To whoever lacks the seed it looks like any leaf.
 */
export function paddingLeafHash(crypto: Crypto, seed: Uint8Array, index: number): Uint8Array {
  invariant(seed.length === SEED_BYTES, 'a batch seed has 32 bytes');
  const message = new Uint8Array(4);
  new DataView(message.buffer).setUint32(0, index);
  return hmacSha256(crypto, seed, message);
}
