/** A code of another system that lacks its signature. */
export interface UnsignedCode {
  /** Protected header: of a JWS or of a COSE_Sign1, decoded. */
  readonly headerBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** What ES256 is to be made over. */
  readonly signedBytes: Uint8Array;
  /** The text of the code. @param signature r ‖ s, 64 bytes */
  toText(signature: Uint8Array): string;
}
