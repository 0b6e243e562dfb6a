/**
 * What the ledger holds of an issuer's status lists: the RFC 9162 root over the digests of all of them, in
 * order of their URI.
 *
 *   digest = SHA-256("hcl/status/1\0" ‖ varint length of uri ‖ uri ‖ version u64 BE ‖ bits u8 ‖ raw array)
 *
 * It covers the array, not the token around it, which anybody could compress otherwise.
 */
import { concatBytes } from '../bytes/concat.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { writeVarint } from '../bytes/varint.ts';
import { leafHash } from '../commitment/leaf.ts';
import { merkleRoot } from '../commitment/merkle.ts';
import type { Crypto } from '../crypto.ts';
import type { StatusBits } from './token-status-list.ts';

const DOMAIN = toUtf8('hcl/status/1\0');

export interface VersionedList {
  readonly uri: string;
  /** Version of the issuer's whole set. */
  readonly version: number;
  readonly bits: StatusBits;
  /** The raw array. */
  readonly bytes: Uint8Array;
}

/** 32 bytes. */
export function statusListDigest(crypto: Crypto, { uri, version, bits, bytes }: VersionedList): Uint8Array {
  const name = toUtf8(uri);
  const fixed = new Uint8Array(9);
  new DataView(fixed.buffer).setBigUint64(0, BigInt(version));
  fixed[8] = bits;
  return crypto.sha256(concatBytes(DOMAIN, writeVarint(name.length), name, fixed, bytes));
}

/** Root over the digests of `lists`, whatever their order here. */
export function statusListsRoot(crypto: Crypto, lists: readonly VersionedList[]): Uint8Array {
  const ordered = lists.toSorted((a, b) => (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : 0));
  const leaves = ordered.map((list) => leafHash(crypto, statusListDigest(crypto, list)));
  return merkleRoot(crypto, concatBytes(...leaves));
}
