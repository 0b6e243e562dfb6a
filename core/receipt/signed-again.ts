/**
 * A credential that waited for its batch and was signed again with another key: its payload stays, its header names the
 * new key, and so its leaf is another than the one a receipt promised. Shown by what both leaves are made of, so that
 * nobody has to believe that they are of one credential.
 */
import { toCanonicalJson } from '../bytes/canonical-json.ts';
import { equalBytes } from '../bytes/equal.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { commitmentOfHashes, leafHash } from '../commitment/leaf.ts';
import type { CredentialHeader } from '../credential/claims.ts';
import type { Crypto } from '../crypto.ts';

export interface SignedAgain {
  /** Keys, by their thumbprints. */
  readonly formerKid: string;
  readonly kid: string;
  /** SHA-256 of the payload, 32 bytes. */
  readonly payloadHash: Uint8Array;
}

/** The leaf of the credential with this payload under this key: its header has one form, and all of it but the key is fixed. */
export function leafUnder(crypto: Crypto, kid: string, payloadHash: Uint8Array): Uint8Array {
  const header = { alg: 'ES256', kid, typ: 'dc+sd-jwt' } satisfies CredentialHeader;
  const headerHash = crypto.sha256(toUtf8(toCanonicalJson(header)));
  return leafHash(crypto, commitmentOfHashes(headerHash, payloadHash));
}

/** The leaf that took the place of `promised`; `undefined` when what is shown does not lead from it. */
export function leafAfter(
  crypto: Crypto,
  promised: Uint8Array,
  { formerKid, kid, payloadHash }: SignedAgain,
): Uint8Array | undefined {
  const isShown = equalBytes(leafUnder(crypto, formerKid, payloadHash), promised);
  return isShown ? leafUnder(crypto, kid, payloadHash) : undefined;
}
