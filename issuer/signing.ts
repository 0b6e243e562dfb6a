/**
 * ES256 with the issuer's key, natively: OpenSSL signs into DER, which is rewritten to r ‖ s (asking it for
 * r ‖ s costs more than twice the time).
 *
 * Credentials, which come by the hundred thousand, are signed here without did-jwt's detour over base64 texts;
 * a test holds the result, byte for byte, to what `core/credential/jwt.ts` makes through did-jwt.
 */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { fromJwk } from '../core/credential/key.ts';
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import type { CredentialHeader } from '../core/credential/claims.ts';
import type { SigningKey } from '../core/credential/jwt.ts';
import { toLowS } from '../core/credential/low-s.ts';
import { signingInput } from '../core/credential/signing-input.ts';
import { kidOf } from '../core/credential/thumbprint.ts';
import type { Crypto } from '../core/crypto.ts';
import { invariant } from '../core/errors.ts';
import { IssuerError } from './errors.ts';
import type { PrivateJwk } from './secrets.ts';
import type { Es256Signer } from './signer-port.ts';

const COORDINATE_BYTES = 32;
const INTEGER = 0x02;

/** A signing key, here or elsewhere, with all that follows from its public part. */
export interface CredentialKey extends SigningKey {
  /** 65 bytes, SEC 1 uncompressed. */
  readonly publicKey: Uint8Array;
  /** Protected header of every credential. */
  readonly headerBytes: Uint8Array;
  /** The signature over a credential's canonical payload, low-S. */
  readonly signCredential: (payloadBytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/** A signing key in this process. */
export interface IssuerKey extends CredentialKey {
  readonly sign: (message: Uint8Array) => Uint8Array;
  readonly signCredential: (payloadBytes: Uint8Array) => Uint8Array;
}

export function issuerKeyOf(crypto: Crypto, jwk: PrivateJwk): IssuerKey {
  const key = importKey(jwk);
  const publicKey = fromJwk(jwk);
  const { kid, headerBytes } = namesOf(crypto, publicKey);
  const signBytes = (message: Uint8Array): Uint8Array => fromDerSignature(sign('sha256', message, key));
  return {
    kid,
    publicKey,
    sign: signBytes,
    headerBytes,
    signCredential: (payloadBytes) => toLowS(signBytes(signingInput(headerBytes, payloadBytes))),
  };
}

/** A key that somebody else holds. */
export function credentialKeyOf(crypto: Crypto, signer: Es256Signer): CredentialKey {
  const { publicKey } = signer;
  const { kid, headerBytes } = namesOf(crypto, publicKey);
  return {
    kid,
    publicKey,
    sign: (message) => signer.sign(message),
    headerBytes,
    signCredential: async (payloadBytes) =>
      toLowS(await signer.sign(signingInput(headerBytes, payloadBytes))),
  };
}

/** Throws `CRYPTO_INVALID_KEY` for what is no point of P-256. */
function namesOf(
  crypto: Crypto,
  publicKey: Uint8Array,
): { readonly kid: string; readonly headerBytes: Uint8Array } {
  crypto.importEs256(publicKey);
  const kid = kidOf(crypto, publicKey);
  const header = { alg: 'ES256', kid, typ: 'dc+sd-jwt' } satisfies CredentialHeader;
  return { kid, headerBytes: toUtf8(toCanonicalJson(header)) };
}

/** `SEQUENCE { INTEGER r, INTEGER s }` as OpenSSL writes it → r ‖ s, 64 bytes. */
export function fromDerSignature(der: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * COORDINATE_BYTES);
  // A P-256 signature is at most 70 bytes long inside, so every length is one byte.
  const endOfR = copyInteger(der, 2, signature, COORDINATE_BYTES);
  const end = copyInteger(der, endOfR, signature, 2 * COORDINATE_BYTES);
  invariant(end === der.length, 'a DER signature ends with s');
  return signature;
}

/** Copies the INTEGER at `at` so that it ends before `endOfTarget`; returns where the next one starts. */
function copyInteger(der: Uint8Array, at: number, target: Uint8Array, endOfTarget: number): number {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  invariant(
    der[at] === INTEGER && end <= der.length && length <= COORDINATE_BYTES + 1,
    'an INTEGER of P-256',
  );
  const start = length > COORDINATE_BYTES ? at + 3 : at + 2;
  target.set(der.subarray(start, end), endOfTarget - (end - start));
  return end;
}

function importKey(jwk: PrivateJwk): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    // The cause could name parts of the key.
    throw notAKey();
  }
  // OpenSSL takes a `d` that does not belong to `x` and `y`: its signatures would be no good.
  const probe = toUtf8('hcl/probe/1');
  if (!verify('sha256', probe, createPublicKey(key), sign('sha256', probe, key))) throw notAKey();
  return key;
}

function notAKey(): IssuerError {
  return new IssuerError('ISSUER_SECRET_INVALID', 'the signing key is not a P-256 private key');
}
