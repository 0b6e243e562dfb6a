/**
 * Codes taken back one by one (EU DCC gateway, "Revocation" 1.x): batches as the gateway has them, unchanged,
 *
 *   { "country": "DE", "expires": "2022-11-01T06:30:00Z", "kid": "23S+33f=", "hashType": "SIGNATURE",
 *     "entries": [{"hash": "<base64 of 16 bytes>"}] }
 *
 * A hash is the first 128 bits of SHA-256 over one of three things: the signature, of an ECDSA one its first half (r), since
 * (r, n−s) verifies too; the identifier of the certificate; the issuer's country and that identifier. `UNKNOWN_KID` stands
 * for every key of the country. A batch that has expired goes on to count: what is on it does not become good again.
 */
import { toHex } from '../../bytes/hex.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { Crypto, SignatureAlgorithm } from '../../crypto.ts';
import { toUnixSeconds } from '../../record/calendar.ts';
import type { TrustEntry } from '../trust-entry.ts';

const HASH_TYPES = ['SIGNATURE', 'UCI', 'COUNTRYCODEUCI'] as const;
type HashType = (typeof HASH_TYPES)[number];

/** `<type> <hex>` of each hash, by `kid <base64url>` or `country <code>`. */
export type HcertRevocations = ReadonlyMap<string, ReadonlySet<string>>;

export interface RevocableCode {
  /** Of the key that signed it: the one in the code need not be signed, so its holder may have chosen it. */
  readonly kids: readonly string[];
  /** Countries that it may be of: as it says, and as its signer's entry says. */
  readonly countries: readonly string[];
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** Of the records in it. */
  readonly identifiers: readonly string[];
}

const HASH_BYTES = 16;
const UNKNOWN_KID = 'UNKNOWN_KID';

/** Throws `TRUST_LIST_INVALID`. @param kidOf reads the `kid` of an entry as the lists of signers do */
export function loadRevocations(
  batches: readonly TrustEntry[],
  kidOf: (entry: TrustEntry, stated: string) => string,
): HcertRevocations {
  const revocations = new Map<string, Set<string>>();
  for (const batch of batches) {
    batch.only(['country', 'expires', 'kid', 'hashType', 'entries']);
    const country = batch.text('country');
    if (!/^[A-Z]{2}$/.test(country)) throw batch.invalid('country', 'is not two letters');
    if (toUnixSeconds(batch.optionalText('expires') ?? '1970-01-01T00:00:00Z') === undefined) {
      throw batch.invalid('expires', 'is not a time: YYYY-MM-DDThh:mm:ssZ');
    }
    const kid = batch.text('kid');
    const whose = kid === UNKNOWN_KID ? `country ${country}` : `kid ${kidOf(batch, kid)}`;
    const type = hashTypeOf(batch);
    const hashes = revocations.get(whose) ?? new Set<string>();
    for (const entry of batch.entries('entries')) hashes.add(`${type} ${hashOf(entry)}`);
    revocations.set(whose, hashes);
  }
  return revocations;
}

export function isRevoked(
  code: RevocableCode,
  revocations: HcertRevocations,
  crypto: Pick<Crypto, 'sha256'>,
): boolean {
  const whose = [
    ...code.kids.map((kid) => `kid ${kid}`),
    ...code.countries.map((country) => `country ${country}`),
  ];
  const lists = whose.flatMap((name) => revocations.get(name) ?? []);
  if (lists.length === 0) return false;
  const hashes = hashesOf(code, crypto);
  return lists.some((list) => hashes.some((hash) => list.has(hash)));
}

function hashesOf(
  { algorithm, countries, identifiers, signature }: RevocableCode,
  crypto: Pick<Crypto, 'sha256'>,
): readonly string[] {
  const hash = (type: HashType, bytes: Uint8Array): string =>
    `${type} ${toHex(crypto.sha256(bytes).subarray(0, HASH_BYTES))}`;
  const isEcdsa = algorithm.startsWith('ES');
  return [
    hash('SIGNATURE', isEcdsa ? signature.subarray(0, signature.length / 2) : signature),
    ...identifiers.map((identifier) => hash('UCI', toUtf8(identifier))),
    ...countries.flatMap((country) =>
      identifiers.map((identifier) => hash('COUNTRYCODEUCI', toUtf8(country + identifier))),
    ),
  ];
}

function hashTypeOf(batch: TrustEntry): HashType {
  const type = batch.text('hashType');
  const known = HASH_TYPES.find((name) => name === type);
  if (known === undefined) throw batch.invalid('hashType', `is none of ${HASH_TYPES.join(', ')}`);
  return known;
}

function hashOf(entry: TrustEntry): string {
  entry.only(['hash']);
  const hash = entry.bytes('hash');
  if (hash.length !== HASH_BYTES) throw entry.invalid('hash', `is not ${HASH_BYTES} bytes`);
  return toHex(hash);
}
