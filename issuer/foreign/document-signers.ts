/**
 * The keys of this issuer as other systems know them: by the certificate of the document signer (HCERT), by the
 * thumbprint at the issuer's URL (SMART Health Card). Certificates come from the operator's file; without one each key
 * gets a certificate signed by itself, made once and kept: another would have another `kid`.
 *
 * Store: thumbprint → JSON { "x": "…", "y": "…", "certificate"?: "<base64 DER>" }, for every key that has signed such
 * a code, so that verifiers find former keys too.
 */
import { Buffer } from 'node:buffer';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { equalBytes } from '../../core/bytes/equal.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { toJwk, type P256Jwk } from '../../core/credential/key.ts';
import type { Crypto } from '../../core/crypto.ts';
import { parseCertificate, type Certificate } from '../../core/foreign/x509/certificate.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import type { PresentKey } from '../keys/signing-desk.ts';
import { Lock } from '../lock.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { selfSignedCertificate } from './document-certificate.ts';

export interface DocumentSignersDependencies {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly key: PresentKey;
  readonly randomBytes: RandomBytes;
  readonly now: Clock;
  /** The issuer as its certificates name it. */
  readonly subject: { readonly country: string; readonly organization: string; readonly commonName: string };
  /** Of the operator; `undefined`: each key signs its own. */
  readonly certificates: readonly Certificate[] | undefined;
}

/** A key that has signed, or signs, codes of other systems. */
export interface DocumentSigner {
  readonly kid: string;
  readonly jwk: P256Jwk;
  readonly certificate?: Certificate;
}

interface SignerText {
  readonly x: string;
  readonly y: string;
  /** Base64 DER, of one that signed itself. */
  readonly certificate?: string;
}

const KID_BYTES = 8;
const SERIAL_BYTES = 16;
const HOUR_SECONDS = 3_600;
/** Longer than any key signs: a key whose certificate ends is changed. */
const VALID_SECONDS: number = 5 * 365 * 86_400;

export class DocumentSigners {
  readonly #deps: DocumentSignersDependencies;
  readonly #lock = new Lock();

  constructor(deps: DocumentSignersDependencies) {
    this.#deps = deps;
  }

  /** The present key, with its certificate where there is one; on the disk when it resolves. */
  async present(): Promise<DocumentSigner> {
    return await this.#lock.run(async () => {
      const { key, certificates } = this.#deps;
      const { kid } = key;
      const known = await this.#find(kid);
      if (known !== undefined) return known;
      const made = certificates === undefined ? await this.#selfSigned() : undefined;
      await this.#write(kid, made);
      return this.#toSigner(kid, toJwk(key.publicKey), made);
    });
  }

  /** Every key that has signed such a code, in the order of their names. */
  async all(): Promise<readonly DocumentSigner[]> {
    const signers: DocumentSigner[] = [];
    for await (const { key, value } of this.#deps.tables.foreignKeys.entries()) {
      signers.push(this.#read(fromUtf8(key) ?? '', value));
    }
    return signers;
  }

  async #find(kid: string): Promise<DocumentSigner | undefined> {
    const value = await this.#deps.tables.foreignKeys.get(toUtf8(kid));
    return value === undefined ? undefined : this.#read(kid, value);
  }

  #read(kid: string, value: Uint8Array): DocumentSigner {
    // The store holds what #write wrote.
    const { x, y, certificate } = JSON.parse(fromUtf8(value) ?? '') as SignerText;
    const der = certificate === undefined ? undefined : new Uint8Array(Buffer.from(certificate, 'base64'));
    return this.#toSigner(kid, { kty: 'EC', crv: 'P-256', x, y }, der);
  }

  #toSigner(kid: string, jwk: P256Jwk, selfSigned: Uint8Array | undefined): DocumentSigner {
    const { certificates } = this.#deps;
    if (certificates === undefined) {
      return { kid, jwk, ...(selfSigned === undefined ? {} : { certificate: parseCertificate(selfSigned) }) };
    }
    const point = Buffer.concat([Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url')]);
    const certificate = certificates.find(({ spki }) => equalBytes(spki.subarray(-point.length), point));
    return { kid, jwk, ...(certificate === undefined ? {} : { certificate }) };
  }

  async #selfSigned(): Promise<Uint8Array> {
    const { key, subject, randomBytes } = this.#deps;
    const now = Math.floor(this.#deps.now() / 1000);
    // Codes count from the hour.
    const notBeforeSeconds = now - (now % HOUR_SECONDS);
    const notAfterSeconds = notBeforeSeconds + VALID_SECONDS;
    const serial = randomBytes(SERIAL_BYTES);
    return await selfSignedCertificate(key, { ...subject, notBeforeSeconds, notAfterSeconds, serial });
  }

  async #write(kid: string, selfSigned: Uint8Array | undefined): Promise<void> {
    const { store, key } = this.#deps;
    const { x, y } = toJwk(key.publicKey);
    const certificate = selfSigned === undefined ? undefined : Buffer.from(selfSigned).toString('base64');
    const text: SignerText = { x, y, ...(certificate === undefined ? {} : { certificate }) };
    const value = toUtf8(toCanonicalJson({ ...text }));
    await store.commit(new WriteBatch().put(TABLES.foreignKeys, toUtf8(kid), value));
  }
}

/** The `kid` of an HCERT: the first 8 bytes of the certificate's SHA-256. */
export function certificateKid(crypto: Crypto, { der }: Certificate): Uint8Array {
  return crypto.sha256(der).slice(0, KID_BYTES);
}

/** The certificate of a signer, good at that time. Throws `FOREIGN_NOT_SET_UP`. */
export function certificateAt({ certificate }: DocumentSigner, seconds: number): Certificate {
  const isGood =
    certificate !== undefined &&
    certificate.notBeforeSeconds <= seconds &&
    seconds < certificate.notAfterSeconds;
  if (isGood) return certificate;
  throw new IssuerError(
    'FOREIGN_NOT_SET_UP',
    'the present key has no document signer certificate that is good now',
  );
}
