/** Keys of DIVOC deployments, `{issuer, publicKey: "<base64 SubjectPublicKeyInfo>", name?, country?}`. */
import type { Crypto } from '../../crypto.ts';
import type { Signer } from '../foreign-code.ts';
import type { TrustEntry } from '../trust-entry.ts';
import { importKey } from '../x509/pinned.ts';

export interface DivocTrust {
  readonly signersByIssuer: ReadonlyMap<string, readonly Signer[]>;
}

export function loadDivocTrust(crypto: Crypto, entries: readonly TrustEntry[]): DivocTrust {
  const signersByIssuer = new Map<string, readonly Signer[]>();
  for (const entry of entries) {
    entry.only(['issuer', 'publicKey', 'name', 'country']);
    const issuer = entry.text('issuer');
    const key = importKey(crypto, entry.bytes('publicKey'));
    if (key === undefined) throw entry.invalid('publicKey', 'is not a key that is used here');
    const country = entry.optionalText('country');
    const signer: Signer = {
      name: entry.optionalText('name') ?? issuer,
      key,
      ...(country === undefined ? {} : { country }),
    };
    signersByIssuer.set(issuer, [...(signersByIssuer.get(issuer) ?? []), signer]);
  }
  return { signersByIssuer };
}
