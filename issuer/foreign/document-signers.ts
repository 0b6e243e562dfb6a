/**
 * The keys of this issuer as other systems know them: by the certificate of the document signer (HCERT), by the
 * thumbprint at the issuer's URL (SMART Health Card). Certificates come from the operator's file; without one each key
 * gets a certificate signed by itself, made once and kept: another would have another `kid`.
 *
 * Store: thumbprint → JSON { "x": "…", "y": "…", "certificate"?: "<base64 DER>", "given"?: ["<base64 DER>"] }, for every
 * key that has signed such a code, so that verifiers find former keys and former certificates too.
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

/** One of those that have signed. */
export interface KnownSigner extends DocumentSigner {
  /** The present one, and all that codes out there name. */
  readonly certificates: readonly Certificate[];
}

/** Certificates in base64 DER. */
interface SignerText {
  readonly x: string;
  readonly y: string;
  /** Signed by the key itself. */
  readonly certificate?: string;
  /** Of the operator, in the order in which they came into use. */
  readonly given?: readonly string[];
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
      const { kid } = this.#deps.key;
      const known = await this.#find(kid);
      const text = this.#withGiven(known ?? (await this.#newText()));
      if (text !== known) await this.#write(kid, text);
      return this.#toSigner(kid, text);
    });
  }

  /** Every key that has signed such a code, in the order of their names. */
  async all(): Promise<readonly KnownSigner[]> {
    const signers: KnownSigner[] = [];
    for await (const { key, value } of this.#deps.tables.foreignKeys.entries()) {
      signers.push(this.#toSigner(fromUtf8(key) ?? '', textOf(value)));
    }
    return signers;
  }

  async #find(kid: string): Promise<SignerText | undefined> {
    const value = await this.#deps.tables.foreignKeys.get(toUtf8(kid));
    return value === undefined ? undefined : textOf(value);
  }

  #toSigner(kid: string, text: SignerText): KnownSigner {
    const { x, y, certificate, given = [] } = text;
    const present = this.#deps.certificates === undefined ? certificate : this.#givenTo(text);
    const all = new Set([certificate, ...given, present].filter((one) => one !== undefined));
    return {
      kid,
      jwk: { kty: 'EC', crv: 'P-256', x, y },
      ...(present === undefined ? {} : { certificate: certificateOf(present) }),
      certificates: Array.from(all, certificateOf),
    };
  }

  /** With the operator's certificate among those that were in use. */
  #withGiven(text: SignerText): SignerText {
    const { given = [] } = text;
    const present = this.#givenTo(text);
    return present === undefined || given.includes(present) ? text : { ...text, given: [...given, present] };
  }

  /** The operator's certificate for this key. */
  #givenTo({ x, y }: SignerText): string | undefined {
    const point = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    const given = this.#deps.certificates?.find(({ spki }) =>
      equalBytes(spki.subarray(-point.length), point),
    );
    return given === undefined ? undefined : toBase64(given.der);
  }

  async #newText(): Promise<SignerText> {
    const { key, certificates } = this.#deps;
    const { x, y } = toJwk(key.publicKey);
    return {
      x,
      y,
      ...(certificates === undefined ? { certificate: toBase64(await this.#selfSigned()) } : {}),
    };
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

  async #write(kid: string, text: SignerText): Promise<void> {
    const value = toUtf8(toCanonicalJson({ ...text }));
    await this.#deps.store.commit(new WriteBatch().put(TABLES.foreignKeys, toUtf8(kid), value));
  }
}

/** The store holds what `#write` wrote. */
function textOf(value: Uint8Array): SignerText {
  return JSON.parse(fromUtf8(value) ?? '') as SignerText;
}

function certificateOf(base64: string): Certificate {
  return parseCertificate(new Uint8Array(Buffer.from(base64, 'base64')));
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** As revocation lists have it: {@link certificateKid} in base64. */
export function listedKid(crypto: Crypto, certificate: Certificate): string {
  return toBase64(certificateKid(crypto, certificate));
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
