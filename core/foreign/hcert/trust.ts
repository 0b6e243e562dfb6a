/** Document signers of HCERTs: pinned certificates by `kid`, and, where given, the country authorities above them. */
import type { Crypto } from '../../crypto.ts';
import { fromBase64url, toBase64url } from '../../bytes/base64url.ts';
import type { Signer } from '../foreign-code.ts';
import type { TrustEntry } from '../trust-entry.ts';
import { loadRevocations, type HcertRevocations } from './revocation.ts';
import { certificateOf, signerOf } from '../x509/pinned.ts';
import { isCertifiedBy } from '../x509/authority.ts';
import type { Certificate } from '../x509/certificate.ts';

export interface HcertTrust {
  /** By `kid` in base64url. */
  readonly signersByKid: ReadonlyMap<string, readonly Signer[]>;
  /** Codes taken back; absent: the operator gives no lists. */
  readonly revocations?: HcertRevocations;
}

export interface HcertTrustEntries {
  /** `{kid?, certificate, country?}`; without a `kid` it is the first 8 bytes of the certificate's SHA-256 */
  readonly signers: readonly TrustEntry[];
  /** Of the countries: one that has any here must have certified each of its signers. */
  readonly authorities: readonly Certificate[];
  /** Batches of hashes; `undefined`: there is no such list. */
  readonly revocations: readonly TrustEntry[] | undefined;
}

const KID_BYTES = 8;

/** Throws `TRUST_LIST_INVALID`. */
export async function loadHcertTrust(
  crypto: Crypto,
  { signers, authorities, revocations }: HcertTrustEntries,
): Promise<HcertTrust> {
  const signersByKid = new Map<string, Signer[]>();
  const kidsByKey = new Map<string, string[]>();
  for (const entry of signers) {
    entry.only(['kid', 'certificate', 'country']);
    const certificate = certificateOf(entry);
    const country = entry.optionalText('country') ?? certificate.subject.country;
    const above = authorities.filter(({ subject }) => country !== undefined && subject.country === country);
    if (above.length > 0 && !(await isCertifiedBy(crypto, certificate, above))) {
      throw entry.invalid('certificate', 'is not signed by any authority of its country in the list');
    }
    const kid = kidOf(crypto, entry, certificate);
    // A renewed certificate has the key of the one before: each is known by the `kid` of both, whatever comes later.
    const spki = toBase64url(certificate.spki);
    const kids = kidsByKey.get(spki) ?? [];
    kids.push(kid);
    kidsByKey.set(spki, kids);
    const signer = { ...signerOf(crypto, certificate, country), kids };
    signersByKid.set(kid, [...(signersByKid.get(kid) ?? []), signer]);
  }
  if (revocations === undefined) return { signersByKid };
  return { signersByKid, revocations: loadRevocations(revocations, statedKid) };
}

function kidOf(crypto: Crypto, entry: TrustEntry, { der }: Certificate): string {
  const stated = entry.optionalText('kid');
  return stated === undefined
    ? toBase64url(crypto.sha256(der).subarray(0, KID_BYTES))
    : statedKid(entry, stated);
}

function statedKid(entry: TrustEntry, stated: string): string {
  try {
    return toBase64url(
      fromBase64url(
        stated
          .replaceAll('+', '-')
          .replaceAll('/', '_')
          .replace(/={1,2}$/, ''),
      ),
    );
  } catch {
    throw entry.invalid('kid', 'is not base64');
  }
}
