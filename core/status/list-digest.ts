/**
 * What the ledger anchors of an issuer's status lists: one root per period over the digests of all of them.
 *
 *   digest = SHA-256("hcl/status/1\0" ‖ varint length of uri ‖ uri ‖ version u64 big endian ‖ bits u8 ‖ raw array)
 *   root   = RFC 9162 root, one leaf per list in the order of the uris' bytes, leaf data = digest
 *
 * Over the array itself, never the token: two compressions of the same list are the same list.
 */
import { compareBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { writeVarint } from '../bytes/varint.ts';
import { leafHash } from '../commitment/leaf.ts';
import { merkleRoot } from '../commitment/merkle.ts';
import type { Crypto } from '../crypto.ts';
import { StatusError } from './errors.ts';

const DOMAIN = toUtf8('hcl/status/1\0');

export interface VersionedStatusList {
  readonly uri: string;
  /** Grows with every publication of the issuer. */
  readonly version: number;
  readonly bits: number;
  /** The raw array. */
  readonly bytes: Uint8Array;
}

/** 32 bytes. */
export function statusListDigest(
  crypto: Crypto,
  { uri, version, bits, bytes }: VersionedStatusList,
): Uint8Array {
  const uriBytes = toUtf8(uri);
  const versionBytes = new Uint8Array(8);
  new DataView(versionBytes.buffer).setBigUint64(0, BigInt(version));
  return crypto.sha256(
    concatBytes(DOMAIN, writeVarint(uriBytes.length), uriBytes, versionBytes, Uint8Array.of(bits), bytes),
  );
}

export interface ListDigest {
  readonly uri: string;
  readonly digest: Uint8Array;
}

/** Root over the digests of `lists`, in any order, 32 bytes; the same uri twice throws `STATUS_LIST_INVALID`. */
export function statusListsRoot(crypto: Crypto, lists: readonly ListDigest[]): Uint8Array {
  if (new Set(lists.map(({ uri }) => uri)).size !== lists.length) {
    throw new StatusError('STATUS_LIST_INVALID', 'two lists with one uri');
  }
  const sorted = lists
    .map(({ uri, digest }) => ({ key: toUtf8(uri), digest }))
    .sort((a, b) => compareBytes(a.key, b.key));
  return merkleRoot(crypto, concatBytes(...sorted.map(({ digest }) => leafHash(crypto, digest))));
}
