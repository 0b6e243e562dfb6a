/**
 * `did:key` of a P-256 key (W3C CCG did:key): `did:key:z` + base58btc of the multicodec `p256-pub` (0x1200 as
 * a varint: `80 24`) and the compressed point, 33 bytes.
 */
import { p256 } from '@noble/curves/nist.js';
import { base58ToBytes, bytesToBase58 } from 'did-jwt';
import { concatBytes } from '../bytes/concat.ts';
import { CredentialError } from './errors.ts';

const PREFIX = 'did:key:z';
const P256_PUB = Uint8Array.of(0x80, 0x24);
const COMPRESSED_BYTES = 33;
// 35 bytes are 48 or 49 digits in base 58; the limit keeps its quadratic decoding short.
const MAX_LENGTH = 64;

/** @param publicKey 65 bytes, SEC 1 uncompressed */
export function toDidKey(publicKey: Uint8Array): string {
  const compressed = p256.Point.fromBytes(publicKey).toBytes(true);
  return PREFIX + bytesToBase58(concatBytes(P256_PUB, compressed));
}

/** The key, 65 bytes SEC 1 uncompressed; throws `CREDENTIAL_KEY` for anything that {@link toDidKey} does not write. */
export function fromDidKey(did: string): Uint8Array {
  try {
    const bytes =
      did.length <= MAX_LENGTH && did.startsWith(PREFIX)
        ? base58ToBytes(did.slice(PREFIX.length))
        : undefined;
    if (
      bytes?.length === P256_PUB.length + COMPRESSED_BYTES &&
      bytes[0] === P256_PUB[0] &&
      bytes[1] === P256_PUB[1]
    ) {
      return p256.Point.fromBytes(bytes.subarray(P256_PUB.length)).toBytes(false);
    }
  } catch (cause) {
    throw new CredentialError('CREDENTIAL_KEY', 'not a did:key', { cause });
  }
  throw new CredentialError('CREDENTIAL_KEY', 'not a did:key of a P-256 key');
}
