/** Document signers of HCERTs: pinned certificates by `kid`, and, where given, the country authorities above them. */
import type { Crypto } from '../../crypto.ts';
import { fromBase64url, toBase64url } from '../../bytes/base64url.ts';
import type { Signer } from '../foreign-code.ts';
import type { TrustEntry } from '../trust-entry.ts';
import { certificateOf, signerOf } from '../x509/pinned.ts';
import { isCertifiedBy } from '../x509/authority.ts';
import type { Certificate } from '../x509/certificate.ts';

export interface HcertTrust {
  /** By `kid` in base64url. */
  readonly signersByKid: ReadonlyMap<string, readonly Signer[]>;
}

const KID_BYTES = 8;

/**
 * @param entries `{kid?, certificate, country?}`; without a `kid` it is the first 8 bytes of the certificate's SHA-256
 * @param authorities of the countries: one that has any here must have certified each of its signers
 */
export async function loadHcertTrust(
  crypto: Crypto,
  entries: readonly TrustEntry[],
  authorities: readonly Certificate[],
): Promise<HcertTrust> {
  const signersByKid = new Map<string, Signer[]>();
  for (const entry of entries) {
    entry.only(['kid', 'certificate', 'country']);
    const certificate = certificateOf(entry);
    const country = entry.optionalText('country') ?? certificate.subject.country;
    const above = authorities.filter(({ subject }) => country !== undefined && subject.country === country);
    if (above.length > 0 && !(await isCertifiedBy(crypto, certificate, above))) {
      throw entry.invalid('certificate', 'is not signed by any authority of its country in the list');
    }
    const kid = kidOf(crypto, entry, certificate);
    const signer = signerOf(crypto, certificate, country);
    signersByKid.set(kid, [...(signersByKid.get(kid) ?? []), signer]);
  }
  return { signersByKid };
}

function kidOf(crypto: Crypto, entry: TrustEntry, { der }: Certificate): string {
  const stated = entry.optionalText('kid');
  if (stated === undefined) return toBase64url(crypto.sha256(der).subarray(0, KID_BYTES));
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
