/**
 * Country signing authorities. Their certificates follow no naming one could rely on (ICAO 9303-12 §7.1), so an
 * authority is matched by key identifier where both sides have one, and its signature decides.
 */
import type { Crypto, ForeignPublicKey } from '../../crypto.ts';
import type { Certificate } from './certificate.ts';
import { isSignedBy, type SignedByAuthority } from './issued-by.ts';
import { importKey } from './pinned.ts';

const memory = new WeakMap<Certificate, ForeignPublicKey | 'unusable'>();

/** The authorities whose key may have signed `certificate`, by key identifier. */
export function namedAuthorities(
  { extensions }: Pick<Certificate, 'extensions'>,
  authorities: readonly Certificate[],
): readonly Certificate[] {
  const { authorityKeyId } = extensions;
  return authorities.filter((authority) => {
    const { subjectKeyId } = authority.extensions;
    return authorityKeyId === undefined || subjectKeyId === undefined || authorityKeyId === subjectKeyId;
  });
}

/** Whether one of the authorities that may certify signed `certificate`. */
export async function isCertifiedBy(
  crypto: Crypto,
  certificate: Certificate,
  authorities: readonly Certificate[],
): Promise<boolean> {
  for (const authority of namedAuthorities(certificate, authorities)) {
    if (authority.extensions.keyUsage?.certSign === false) continue;
    if (await isSignedByAuthority(crypto, certificate, authority)) return true;
  }
  return false;
}

export async function isSignedByAuthority(
  crypto: Crypto,
  signed: SignedByAuthority,
  authority: Certificate,
): Promise<boolean> {
  const key = keyOf(crypto, authority);
  return key !== undefined && (await isSignedBy(crypto, signed, key));
}

/** Pinned certificates live as long as their list: their keys are imported once. */
function keyOf(crypto: Crypto, authority: Certificate): ForeignPublicKey | undefined {
  let key = memory.get(authority);
  if (key === undefined) memory.set(authority, (key = importKey(crypto, authority.spki) ?? 'unusable'));
  return key === 'unusable' ? undefined : key;
}
