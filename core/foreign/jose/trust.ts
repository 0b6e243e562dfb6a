/** Issuers of credentials as JWT, SD-JWT or COSE: their keys, by issuer. `{iss, name?, country?, keys: [JWK]}`. */
import type { Crypto } from '../../crypto.ts';
import type { Signer } from '../foreign-code.ts';
import type { TrustEntry } from '../trust-entry.ts';
import { importKey } from '../x509/pinned.ts';
import { jwkOf, thumbprintOf } from './jwk.ts';

export interface IssuerKey {
  readonly kids: readonly string[];
  readonly signer: Signer;
}

export interface CredentialTrust {
  readonly keysByIssuer: ReadonlyMap<string, readonly IssuerKey[]>;
}

export function loadCredentialTrust(crypto: Crypto, entries: readonly TrustEntry[]): CredentialTrust {
  const keysByIssuer = new Map<string, readonly IssuerKey[]>();
  for (const entry of entries) {
    entry.only(['iss', 'name', 'country', 'keys']);
    const iss = entry.text('iss');
    const keys = entry.entries('keys').map((key) => issuerKeyOf(crypto, entry, key));
    keysByIssuer.set(iss, [...(keysByIssuer.get(iss) ?? []), ...keys]);
  }
  return { keysByIssuer };
}

/** The keys of an issuer that a code may be signed with: those of its `kid`, or all when it names none of them. */
export function signersOf(
  { keysByIssuer }: CredentialTrust,
  issuer: string,
  kid: string | undefined,
): readonly Signer[] | undefined {
  const keys = keysByIssuer.get(issuer);
  if (keys === undefined) return undefined;
  const named = kid === undefined ? [] : keys.filter(({ kids }) => kids.includes(kid));
  return (named.length > 0 ? named : keys).map(({ signer }) => signer);
}

function issuerKeyOf(crypto: Crypto, issuer: TrustEntry, entry: TrustEntry): IssuerKey {
  const jwk = jwkOf(entry);
  const key = importKey(crypto, jwk.spki);
  if (key === undefined) throw entry.invalid('x', 'is not a good key');
  const kid = entry.optionalText('kid');
  const country = issuer.optionalText('country');
  return {
    kids: [thumbprintOf(crypto, jwk), ...(kid === undefined ? [] : [kid])],
    signer: {
      name: issuer.optionalText('name') ?? issuer.text('iss'),
      key,
      ...(country === undefined ? {} : { country }),
    },
  };
}
