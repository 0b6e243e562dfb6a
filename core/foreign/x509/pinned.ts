/** Certificates that an operator pins in a trust list. */
import type { Crypto, ForeignPublicKey } from '../../crypto.ts';
import { BytesError } from '../../bytes/errors.ts';
import { HclError } from '../../errors.ts';
import type { Signer } from '../foreign-code.ts';
import type { TrustEntry } from '../trust-entry.ts';
import { parseCertificate, type Certificate } from './certificate.ts';

/** The certificate of an entry; one that cannot be read makes the list invalid. */
export function certificateOf(entry: TrustEntry, name = 'certificate'): Certificate {
  const der = entry.bytes(name);
  try {
    return parseCertificate(der);
  } catch (cause) {
    if (cause instanceof BytesError) throw entry.invalid(name, 'is not a certificate', { cause });
    throw cause;
  }
}

export function signerOf(crypto: Crypto, certificate: Certificate, country: string | undefined): Signer {
  const { subject, notBeforeSeconds, notAfterSeconds, extensions } = certificate;
  const { extendedKeyUsage } = extensions;
  return {
    name: subject.commonName ?? 'a signer without a name',
    key: importKey(crypto, certificate.spki),
    notBeforeSeconds,
    notAfterSeconds,
    ...(country === undefined ? {} : { country }),
    ...(extendedKeyUsage === undefined ? {} : { extendedKeyUsage }),
  };
}

/** `undefined` for a key of a kind that is not checked here, brainpool curves for instance. */
export function importKey(crypto: Crypto, spki: Uint8Array): ForeignPublicKey | undefined {
  try {
    return crypto.importSpki(spki);
  } catch (error) {
    if (error instanceof HclError) return undefined;
    throw error;
  }
}
