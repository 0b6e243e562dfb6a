/**
 * The port through which `core/` reaches cryptographic primitives. Node implements it natively
 * (`service/node-crypto.ts`), a page with WebCrypto and @noble; one behaviour suite holds for all.
 */

/** A P-256 public key, imported once and kept: importing costs as much as a verification. */
export interface Es256PublicKey {
  /** 65 bytes, SEC 1 uncompressed (`04 ‖ x ‖ y`). */
  readonly bytes: Uint8Array;
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
}
