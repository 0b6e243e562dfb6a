/**
 * An act: one change of one status entry, with its reason. Acts are never changed or removed, and the lists
 * are nothing but the fold over all acts in order. The reason stays with the issuer; the ledger gets a salted
 * digest over the acts that explain a version:
 *
 *   leaf data = "hcl/act/1\0" ‖ salt 16 ‖ canonical JSON of the act without its salt
 *   digest    = RFC 9162 root over the leaves in order, 32 zero bytes when there is none
 */
import { fromBase64url } from '../core/bytes/base64url.ts';
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { concatBytes } from '../core/bytes/concat.ts';
import { fromUtf8, toUtf8 } from '../core/bytes/utf8.ts';
import { leafHash } from '../core/commitment/leaf.ts';
import { merkleRoot } from '../core/commitment/merkle.ts';
import type { Crypto } from '../core/crypto.ts';
import type { StatusValue } from '../core/status/token-status-list.ts';

export const REVOCATION_REASONS = [
  'issued-in-error',
  'wrong-person',
  'fraud',
  'lot-recalled',
  'laboratory-error',
  'withdrawn-by-holder',
] as const;

/** `erased` is what erasure alone gives (`privacy/`). */
export type RevocationReason = (typeof REVOCATION_REASONS)[number] | 'erased';

export interface Act {
  readonly kind: 'revoke';
  readonly reason: RevocationReason;
  /** Number of the list. */
  readonly list: number;
  readonly index: number;
  /** Unix seconds. */
  readonly atSeconds: number;
  /** 16 random bytes, base64url. */
  readonly salt: string;
}

const DOMAIN: Uint8Array = toUtf8('hcl/act/1\0');
const DIGEST_BYTES = 32;

/** The value that an act puts into its entry. */
export function valueOf(act: Act): StatusValue {
  switch (act.kind) {
    case 'revoke':
      return 'revoked';
  }
}

/** 32 bytes. */
export function actsDigest(crypto: Crypto, acts: readonly Act[]): Uint8Array {
  if (acts.length === 0) return new Uint8Array(DIGEST_BYTES);
  const leaves = acts.map(({ salt, ...act }) =>
    leafHash(crypto, concatBytes(DOMAIN, fromBase64url(salt), toUtf8(toCanonicalJson(act)))),
  );
  return merkleRoot(crypto, concatBytes(...leaves));
}

export function encodeAct(act: Act): Uint8Array {
  return toUtf8(toCanonicalJson(act));
}

export function decodeAct(bytes: Uint8Array): Act {
  // The store holds what encodeAct wrote.
  return JSON.parse(fromUtf8(bytes) ?? '') as Act;
}
