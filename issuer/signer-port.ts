/**
 * What the issuer asks of whoever holds its signing key when that is not this process: a hardware module
 * (`keys/pkcs11-signer.ts`), a signing service, a test.
 */
export interface Es256Signer {
  /** 65 bytes, SEC 1 uncompressed. */
  readonly publicKey: Uint8Array;
  /** Signatures that may be under way at a time; more are kept waiting here, not there. */
  readonly maxConcurrent: number;
  /**
   * ES256 over `message` (RFC 7518 §3.4): r ‖ s, 64 bytes, s high or low. Nothing depends on the order of answers. A
   * rejection means that there is no signature; asking again is harmless.
   */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
