/**
 * HMAC-SHA-256 (RFC 2104), and the padding leaves made with it: HMAC-SHA-256(batch seed, place as 32 bits big
 * endian). To whoever lacks the seed they look like any leaf hash; an auditor who has it can tell that every
 * other leaf is a record.
 */
import { concatBytes } from '../bytes/concat.ts';
import type { Crypto } from '../crypto.ts';
import { CommitmentError } from './errors.ts';

const BLOCK_BYTES = 64;
export const SEED_BYTES = 32;

/** HMAC-SHA-256, 32 bytes. */
export function hmacSha256(crypto: Pick<Crypto, 'sha256'>, key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? crypto.sha256(key) : key);
  const innerKey = block.map((byte) => byte ^ 0x36);
  const outerKey = block.map((byte) => byte ^ 0x5c);
  return crypto.sha256(concatBytes(outerKey, crypto.sha256(concatBytes(innerKey, message))));
}

/** What stands at place `index` of a batch when no record does; a seed that is not 32 bytes throws `BATCH_INPUT_INVALID`. */
export function paddingLeafHash(crypto: Crypto, seed: Uint8Array, index: number): Uint8Array {
  if (seed.length !== SEED_BYTES)
    throw new CommitmentError('BATCH_INPUT_INVALID', 'a batch seed has 32 bytes');
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, index);
  return hmacSha256(crypto, seed, place);
}
