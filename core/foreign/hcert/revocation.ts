/**
 * Revocation lists of EU certificates, as the batches of the EU's gateway have them (Regulation (EU) 2021/953, Implementing
 * Decision (EU) 2022/483): hashes of what is revoked, by the `kid` that signed and the kind of hash, each the first 16
 * bytes of a SHA-256 in base64:
 *
 *   { "country": "HK", "kid": "<base64>", "hashType": "UCI", "entries": [{ "hash": "<base64>" }] }
 *
 * `UCI`: of the certificate's identifier; `COUNTRYCODEUCI`: of the issuing country's code before it; `SIGNATURE`: of the
 * signature, of an ECDSA signature its first half. The operator vouches for them, as for the rest of the list of signers.
 */
import { toBase64url } from '../../bytes/base64url.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { Crypto, SignatureAlgorithm } from '../../crypto.ts';
import type { TrustEntry } from '../trust-entry.ts';

export const HASH_TYPES = ['UCI', 'COUNTRYCODEUCI', 'SIGNATURE'] as const;
export type HashType = (typeof HASH_TYPES)[number];

/** Hashes in base64url by the `kid` in base64url. */
export type HcertRevocations = ReadonlyMap<string, ReadonlySet<string>>;

/** What of a certificate may be revoked. */
export interface Revocable {
  readonly country: string | undefined;
  readonly certificateIds: readonly string[];
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

const HASH_BYTES = 16;

/** Throws `TRUST_LIST_INVALID`. */
export function loadHcertRevocations(entries: readonly TrustEntry[]): HcertRevocations {
  const byKid = new Map<string, Set<string>>();
  for (const entry of entries) {
    entry.only(['country', 'kid', 'hashType', 'entries', 'expires']);
    const hashType = entry.text('hashType');
    if (!HASH_TYPES.some((known) => known === hashType))
      throw entry.invalid('hashType', `is none of ${HASH_TYPES.join(', ')}`);
    const kid = toBase64url(entry.bytes('kid'));
    const hashes = byKid.get(kid) ?? new Set<string>();
    for (const one of entry.entries('entries')) hashes.add(hashIn(one));
    byKid.set(kid, hashes);
  }
  return byKid;
}

/** One of its hashes is on the list of its signer. Kinds cannot be taken for each other: each is of 128 bits. */
export function isRevoked(
  { country, certificateIds, algorithm, signature }: Revocable,
  hashes: ReadonlySet<string>,
  crypto: Crypto,
): boolean {
  const isEcdsa = algorithm.startsWith('ES');
  const named = [...certificateIds, ...certificateIds.map((id) => `${country ?? ''}${id}`)].map((text) =>
    toUtf8(text),
  );
  const candidates = [...named, isEcdsa ? signature.subarray(0, signature.length / 2) : signature];
  return candidates.some((bytes) => hashes.has(toBase64url(crypto.sha256(bytes).subarray(0, HASH_BYTES))));
}

function hashIn(entry: TrustEntry): string {
  entry.only(['hash']);
  const hash = entry.bytes('hash');
  if (hash.length !== HASH_BYTES) throw entry.invalid('hash', `is not ${HASH_BYTES} bytes`);
  return toBase64url(hash);
}
