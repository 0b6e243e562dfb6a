/**
 * The port through which `core/` reaches cryptographic primitives. Node implements it natively
 * (`service/node-crypto.ts`), a page with WebCrypto and @noble; one behaviour suite holds for all.
 */

/** A P-256 public key, imported once and kept: importing costs as much as a verification. */
export interface Es256PublicKey {
  /** 65 bytes, SEC 1 uncompressed (`04 ‖ x ‖ y`). */
  readonly bytes: Uint8Array;
}

/**
 * Names of RFC 7518 §3.1, RFC 8037 and RFC 8812. ES256, ES384 and ES512 name the hash alone, as in COSE (RFC 9053
 * §2.1) and certificates: the curve is the key's. JOSE ties the two together; who reads JOSE compares them.
 */
export const SIGNATURE_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'ES256K',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const;

export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** Ed25519 is the one curve of EdDSA here; RSA has 2,048 to 8,192 bits. */
export type KeyKind = 'P-256' | 'P-384' | 'P-521' | 'secp256k1' | 'Ed25519' | 'RSA';

/** Bytes of each half of a signature r ‖ s, or of an Ed25519 signature. */
export const HALF_BYTES: Readonly<Record<KeyKind, number | undefined>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
  Ed25519: 32,
  RSA: undefined,
};

/** A public key of another system, imported once and kept. */
export interface ForeignPublicKey {
  readonly kind: KeyKind;
}

export interface Crypto {
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  sha256(data: Uint8Array): Uint8Array;
  /**
   * SHA-256 of `data` written to `target` at `offset`: the hot form for trees and proofs. `target` may be the
   * very array that `data` lies in.
   */
  sha256Into(data: Uint8Array, target: Uint8Array, offset: number): void;
  /** Imports a SEC 1 uncompressed point; throws `CRYPTO_INVALID_KEY` when it is not on P-256. */
  importEs256(publicKey: Uint8Array): Es256PublicKey;
  /**
   * ES256 (RFC 7518 §3.4): `signature` is r ‖ s, 64 bytes, big endian. Never throws: anything that is not a
   * good signature, r or s out of range included, is `false`.
   */
  verifyEs256(key: Es256PublicKey, message: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
  /**
   * Imports a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, DER). Throws `CRYPTO_INVALID_KEY` for anything but a
   * good key of a {@link KeyKind}.
   */
  importSpki(spki: Uint8Array): ForeignPublicKey;
  /**
   * Signatures as JOSE and COSE write them: r ‖ s for ECDSA, PSS with a salt as long as the hash. Never throws;
   * a key of another kind than the algorithm's is `false`.
   */
  verify(
    algorithm: SignatureAlgorithm,
    key: ForeignPublicKey,
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean | Promise<boolean>;
}
