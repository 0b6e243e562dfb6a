/**
 * A code of another system, taken apart: nothing in it is authentic yet. The steps of a verdict ask it, in their
 * order, who may have signed it, whether one of them did, and what it says.
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import type { Crypto, ForeignPublicKey } from '../crypto.ts';
import type { ForeignRecord } from './foreign-record.ts';
import type { ForeignTrust } from './foreign-trust.ts';
import type { ListLife } from './list-life.ts';

/** One whom the operator trusts to sign codes of a system. */
export interface Signer {
  /** For people: the common name of a certificate, or an issuer's URL. */
  readonly name: string;
  /** The names under which its system knows it, where these are not certificates: URLs of an issuer's key set. */
  readonly issuers?: readonly string[];
  /** Every `kid` that the list has for its key, in base64url; absent: its system looks nobody up by them. */
  readonly kids?: readonly string[];
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** `undefined`: the list has a key of a kind that is not checked here. */
  readonly key: ForeignPublicKey | undefined;
  readonly notBeforeSeconds?: number;
  /** The last second of its validity. */
  readonly notAfterSeconds?: number;
  /** Object identifiers; absent: good for every use. */
  readonly extendedKeyUsage?: readonly string[];
  /** Of the list inside the operator's file that names it, where there is one: a directory's snapshot. */
  readonly listLife?: ListLife;
}

/** Why nobody who may have signed it is known. */
export type SignerProblem =
  'TRUST_LIST_MISSING' | 'SIGNER_UNKNOWN' | 'SIGNER_NOT_CERTIFIED' | 'SIGNER_REVOKED';

export type SignerSearch = { readonly signers: readonly Signer[] } | { readonly problem: SignerProblem };

export interface ForeignContent {
  readonly issuedAtSeconds?: number;
  readonly notBeforeSeconds?: number;
  /** The first second at which it is no longer valid. */
  readonly expiresAtSeconds?: number;
  readonly records: readonly ForeignRecord[];
  /** All of it, as the code says it. */
  readonly content: JsonValue;
  /** What form that has, where rules of other systems ask about it. */
  readonly schema?: 'eu-dcc';
}

/** What the content says against its signer or itself; each a reason code. */
export type ContentProblem =
  | 'ISSUER_MISMATCH'
  | 'ISSUER_TYPE_NOT_ALLOWED'
  | 'STATUS_REVOKED'
  | 'STATUS_UNKNOWN'
  | 'STATUS_STALE'
  | 'CONTENT_NOT_SUPPORTED';

export interface ForeignCode {
  /** Name of the system, for people. */
  readonly format: string;
  readonly kid?: string;
  findSigners(trust: ForeignTrust, crypto: Crypto): SignerSearch | Promise<SignerSearch>;
  isSignedBy(key: ForeignPublicKey, crypto: Crypto): boolean | Promise<boolean>;
  /** Throws `ForeignError`. */
  read(): ForeignContent;
  /** Whether this signer may say this. */
  signerProblems(content: ForeignContent, signer: Signer): readonly ContentProblem[];
  /**
   * Absent: the system has no way to take a code back that we could ask. `undefined`: the operator gave no lists, so
   * nothing was checked.
   */
  statusProblems?(
    content: ForeignContent,
    signer: Signer,
    known: { readonly trust: ForeignTrust; readonly crypto: Pick<Crypto, 'sha256'> },
  ): readonly ContentProblem[] | undefined;
}
