/**
 * The commitment to a credential, which is the data of its leaf (75 bytes):
 *
 *   "hcl/leaf/1\0" ‖ SHA-256(protected header bytes) ‖ SHA-256(payload bytes)
 *
 * over decoded bytes: texts and signatures can be rewritten by anyone, these cannot. The payload's 128-bit
 * `jti` keeps it from being guessed. It is also the identity of a credential in caches, duplicates and audit.
 */
import { allocate } from '../bytes/allocate.ts';
import { concatBytes } from '../bytes/concat.ts';
import { equalBytes } from '../bytes/equal.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';

const DOMAIN = toUtf8('hcl/leaf/1\0');
const HASH_BYTES = 32;
export const COMMITMENT_BYTES: number = DOMAIN.length + 2 * HASH_BYTES;
/** RFC 9162 §2.1.1: what is hashed before the data of a leaf. */
const LEAF_PREFIX = 0x00;

/** The header hashed last, and its hash: most credentials in a row are signed with the same key. */
let lastHeader = new Uint8Array(0);
const lastHeaderHash = new Uint8Array(HASH_BYTES);

/** The commitment, 75 bytes. */
export function commitmentOf(crypto: Crypto, headerBytes: Uint8Array, payloadBytes: Uint8Array): Uint8Array {
  const commitment = allocate(COMMITMENT_BYTES);
  commitment.set(DOMAIN);
  if (lastHeader.length === 0 || !equalBytes(headerBytes, lastHeader)) {
    crypto.sha256Into(headerBytes, lastHeaderHash, 0);
    lastHeader = headerBytes.slice();
  }
  commitment.set(lastHeaderHash, DOMAIN.length);
  crypto.sha256Into(payloadBytes, commitment, DOMAIN.length + HASH_BYTES);
  return commitment;
}

/** The commitment of whoever is told the two hashes and not what they are of. @param headerHash 32 bytes, as `payloadHash` */
export function commitmentOfHashes(headerHash: Uint8Array, payloadHash: Uint8Array): Uint8Array {
  return concatBytes(DOMAIN, headerHash, payloadHash);
}

/** The prefix and room for a commitment; shared by all calls, since hashing is synchronous. */
const commitmentInput = new Uint8Array(1 + COMMITMENT_BYTES);

/** SHA-256(0x00 ‖ data), 32 bytes (RFC 9162 §2.1.1). */
export function leafHash(crypto: Crypto, data: Uint8Array): Uint8Array {
  const input = data.length === COMMITMENT_BYTES ? commitmentInput : new Uint8Array(1 + data.length);
  input[0] = LEAF_PREFIX;
  input.set(data, 1);
  return crypto.sha256(input);
}
