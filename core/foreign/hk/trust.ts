/** Keys of Hong Kong's records by their version, `{keyVersion, publicKey: "<base64 SubjectPublicKeyInfo>"}`. */
import type { Crypto } from '../../crypto.ts';
import type { Signer } from '../foreign-code.ts';
import type { TrustEntry } from '../trust-entry.ts';
import { importKey } from '../x509/pinned.ts';

export interface HkTrust {
  readonly signersByKeyVersion: ReadonlyMap<string, Signer>;
}

export function loadHkTrust(crypto: Crypto, entries: readonly TrustEntry[]): HkTrust {
  const signersByKeyVersion = new Map<string, Signer>();
  for (const entry of entries) {
    entry.only(['keyVersion', 'publicKey']);
    const keyVersion = entry.text('keyVersion');
    const key = importKey(crypto, entry.bytes('publicKey'));
    if (key?.kind !== 'P-256') throw entry.invalid('publicKey', 'is not a P-256 key');
    if (signersByKeyVersion.has(keyVersion)) throw entry.invalid('keyVersion', 'is there twice');
    signersByKeyVersion.set(keyVersion, { name: `Hong Kong, key version ${keyVersion}`, country: 'HK', key });
  }
  return { signersByKeyVersion };
}
