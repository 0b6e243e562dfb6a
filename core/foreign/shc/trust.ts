/**
 * Issuers of SMART Health Cards: their keys by thumbprint, and what they revoked. Issuers may share a key. A key with
 * certificates must be the one that these certify for the issuer's URL.
 */
import type { Crypto } from '../../crypto.ts';
import { equalBytes } from '../../bytes/equal.ts';
import { BytesError } from '../../bytes/errors.ts';
import { fromBase64url } from '../../bytes/base64url.ts';
import type { Signer } from '../foreign-code.ts';
import { shorterLife, type ListLife } from '../list-life.ts';
import { jwkOf, thumbprintOf, type PublicJwk } from '../jose/jwk.ts';
import type { TrustEntry } from '../trust-entry.ts';
import { TrustListError } from '../trust-error.ts';
import { isSignedByAuthority } from '../x509/authority.ts';
import { parseCertificate, type Certificate } from '../x509/certificate.ts';
import { importKey } from '../x509/pinned.ts';
import { counterOf, revocationListOf, type RevocationList, type Revocations } from './revocation.ts';

export interface ShcTrust {
  readonly signersByKid: ReadonlyMap<string, Signer>;
  readonly revocationsByKid: ReadonlyMap<string, Revocations>;
}

export interface ShcIssuer {
  readonly iss: string;
  readonly name: string | undefined;
  /** A signed directory says whose key it is: then the issuer's own certificates need not. */
  readonly isVouchedFor: boolean;
  /** Whether revocation lists come with it. Without any, its cards are not asked for. */
  readonly hasLists: boolean;
  /** Of the directory that names it; absent: the operator's file does. */
  readonly listLife?: ListLife;
}

const MAX_CHAIN = 5;

export class ShcTrustBuilder {
  readonly #crypto: Crypto;
  readonly #signers = new Map<string, Signer>();
  readonly #announced = new Map<string, number>();
  readonly #lists = new Map<string, RevocationList>();

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** `{iss, name?, keys: [JWK], crls?: [list]}`; anything wrong in it throws `TRUST_LIST_INVALID`. */
  async addIssuer(entry: TrustEntry): Promise<void> {
    entry.only(['iss', 'name', 'keys', 'crls']);
    const issuer = {
      iss: entry.text('iss'),
      name: entry.optionalText('name'),
      isVouchedFor: false,
      hasLists: entry.get('crls') !== undefined,
    };
    if (!/^https:\/\/./.test(issuer.iss) || issuer.iss.endsWith('/')) {
      throw entry.invalid('iss', 'is not an https URL without a slash at its end');
    }
    for (const key of entry.entries('keys')) await this.addKey(issuer, key);
    for (const list of entry.entries('crls')) this.addList(list);
  }

  async addKey(issuer: ShcIssuer, entry: TrustEntry): Promise<void> {
    const jwk = jwkOf(entry);
    const kid = thumbprintOf(this.#crypto, jwk);
    if (entry.text('kid') !== kid) throw entry.invalid('kid', 'is not the thumbprint of the key');
    const key = importKey(this.#crypto, jwk.spki);
    if (key?.kind !== 'P-256') throw entry.invalid('crv', 'is not P-256, or the point is not on it');
    if (!issuer.isVouchedFor && entry.get('x5c') !== undefined) {
      await checkChain(this.#crypto, entry, jwk, issuer.iss);
    }
    const known = this.#signers.get(kid);
    const listLife = shorterLife(known?.listLife ?? {}, issuer.listLife ?? {});
    this.#signers.set(kid, {
      name: known?.name ?? issuer.name ?? issuer.iss,
      key,
      issuers: [...(known?.issuers ?? []), issuer.iss],
      listLife,
    });
    if (!issuer.hasLists) return;
    this.#announced.set(kid, entry.get('crlVersion') === undefined ? 0 : counterOf(entry, 'crlVersion'));
  }

  /** The list with the highest number counts. */
  addList(entry: TrustEntry): void {
    const list = revocationListOf(entry);
    const known = this.#lists.get(list.kid);
    if (known === undefined || list.ctr > known.ctr) this.#lists.set(list.kid, list);
  }

  build(): ShcTrust {
    const revocationsByKid = new Map<string, Revocations>();
    for (const kid of new Set([...this.#announced.keys(), ...this.#lists.keys()])) {
      const list = this.#lists.get(kid);
      revocationsByKid.set(kid, {
        announced: this.#announced.get(kid) ?? 0,
        held: list?.ctr ?? 0,
        untilByRid: list?.untilByRid ?? new Map<string, number>(),
      });
    }
    return { signersByKid: this.#signers, revocationsByKid };
  }
}

/** RFC 7517 §4.7: the first certificate has the key, each next one signed the one before. */
async function checkChain(
  crypto: Crypto,
  entry: TrustEntry,
  { spki }: PublicJwk,
  iss: string,
): Promise<void> {
  const chain = entry.values('x5c').map((value) => certificateOf(entry, value));
  const [leaf] = chain;
  if (leaf === undefined || chain.length > MAX_CHAIN) throw entry.invalid('x5c', 'is empty or too long');
  if (!equalBytes(leaf.spki, spki)) throw entry.invalid('x5c', 'is about another key');
  if (!leaf.extensions.uris.includes(iss)) throw entry.invalid('x5c', 'is not for the URL of the issuer');
  for (const [i, certificate] of chain.entries()) {
    const above = chain[i + 1];
    if (above === undefined) return;
    const isGood = above.extensions.isAuthority && (await isSignedByAuthority(crypto, certificate, above));
    if (!isGood) throw entry.invalid('x5c', 'is a chain in which one did not sign the other');
  }
}

function certificateOf(entry: TrustEntry, value: unknown): Certificate {
  try {
    if (typeof value !== 'string') throw new TrustListError('TRUST_LIST_INVALID', 'not a text');
    return parseCertificate(
      fromBase64url(
        value
          .replaceAll('+', '-')
          .replaceAll('/', '_')
          .replace(/={1,2}$/, ''),
      ),
    );
  } catch (cause) {
    if (cause instanceof BytesError || cause instanceof TrustListError) {
      throw entry.invalid('x5c', 'has a certificate that cannot be read', { cause });
    }
    throw cause;
  }
}
