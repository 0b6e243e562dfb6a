/**
 * What verifiers of other systems need to know of this issuer: keys, certificates, revocations. All of it is public, and
 * none of it makes anybody trust it: whoever verifies pins what they were given.
 */
import { Buffer } from 'node:buffer';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import type { P256Jwk } from '../../core/credential/key.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Certificate } from '../../core/foreign/x509/certificate.ts';
import { listedKid, type DocumentSigners } from './document-signers.ts';
import type { MakingForeign } from './make.ts';
import type { Revocations, RevokedCodes } from './revocations.ts';

export interface ForeignPublicationDependencies {
  readonly crypto: Crypto;
  readonly signers: Pick<DocumentSigners, 'all'>;
  readonly revocations: Pick<Revocations, 'all'>;
  readonly naming: Pick<MakingForeign, 'country' | 'name' | 'url'>;
}

/** SMART Health Cards Framework §"Determining keys associated with an issuer". */
export interface CardKey extends P256Jwk {
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
  /** Number of the key's revocation list, once there is one. */
  readonly crlVersion?: number;
}

/** The same framework, §"Revocation". */
export interface CardRevocationList {
  readonly kid: string;
  readonly method: 'rid';
  readonly ctr: number;
  readonly rids: readonly string[];
}

/** A batch of an EU revocation list: hashes in base64, of the codes that name this `kid`, whatever the key has now. */
export interface CertificateRevocations {
  readonly country: string;
  /** In base64, as the certificates have it. */
  readonly kid: string;
  readonly hashType: 'UCI';
  readonly entries: readonly { readonly hash: string }[];
}

/** As `hcl verify --trust` reads it; see `core/foreign/parse-trust.ts`. */
export interface ForeignTrustText {
  readonly name: string;
  readonly hcert: readonly { readonly kid: string; readonly certificate: string; readonly country: string }[];
  /** There once something was revoked. */
  readonly hcertRevocations?: readonly CertificateRevocations[];
  readonly shc: readonly {
    readonly iss: string;
    readonly name: string;
    readonly keys: readonly CardKey[];
    readonly crls: readonly CardRevocationList[];
  }[];
}

export class ForeignPublication {
  readonly #deps: ForeignPublicationDependencies;

  constructor(deps: ForeignPublicationDependencies) {
    this.#deps = deps;
  }

  /** Every key that has signed, former ones too. */
  async cardKeys(): Promise<readonly CardKey[]> {
    const [signers, lists] = await Promise.all([this.#deps.signers.all(), this.cardRevocations()]);
    return signers.map(({ kid, jwk }) => {
      const list = lists.find((one) => one.kid === kid);
      const version = list === undefined ? {} : { crlVersion: list.ctr };
      return { ...jwk, kid, use: 'sig', alg: 'ES256', ...version };
    });
  }

  async cardRevocations(): Promise<readonly CardRevocationList[]> {
    const revoked = await this.#revoked('shc');
    return revoked.map(({ kid, counter, names }) => ({ kid, method: 'rid', ctr: counter, rids: names }));
  }

  async certificateRevocations(): Promise<readonly CertificateRevocations[]> {
    const { country } = this.#deps.naming;
    const revoked = (await this.#revoked('hcert')).filter(({ names }) => names.length > 0);
    return revoked.map(({ kid, names }) => {
      const entries = names.map((name) => ({ hash: toBase64(fromBase64url(name)) }));
      return { country, kid, hashType: 'UCI', entries };
    });
  }

  /** What a verifier pins to take the codes of this issuer. */
  async trust(): Promise<ForeignTrustText> {
    const { signers, naming } = this.#deps;
    const { name, url } = naming;
    const keys = await this.cardKeys();
    const crls = await this.cardRevocations();
    const certificates = (await signers.all()).flatMap((signer) => signer.certificates);
    const hcert = certificates.map((certificate) => this.#certificateText(certificate));
    const revoked = await this.certificateRevocations();
    const hcertRevocations = revoked.length === 0 ? {} : { hcertRevocations: revoked };
    return {
      name,
      hcert,
      ...hcertRevocations,
      shc: keys.length === 0 ? [] : [{ iss: url, name, keys, crls }],
    };
  }

  #certificateText(certificate: Certificate): ForeignTrustText['hcert'][number] {
    const { crypto, naming } = this.#deps;
    return {
      kid: listedKid(crypto, certificate),
      certificate: toBase64(certificate.der),
      country: naming.country,
    };
  }

  async #revoked(format: RevokedCodes['format']): Promise<readonly RevokedCodes[]> {
    return (await this.#deps.revocations.all()).filter((one) => one.format === format);
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
