/** Whether a certificate or revocation list was signed by an authority's key (RFC 5280 §6.1.3). */
import { HALF_BYTES, type Crypto, type ForeignPublicKey, type SignatureAlgorithm } from '../../crypto.ts';
import { BytesError } from '../../bytes/errors.ts';
import { fromDerSignature } from './ecdsa-signature.ts';

export interface SignedByAuthority {
  readonly signedBytes: Uint8Array;
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly signature: Uint8Array;
}

/** Never throws: what cannot be checked is `false`. */
export async function isSignedBy(
  crypto: Crypto,
  { signedBytes, algorithm, signature }: SignedByAuthority,
  key: ForeignPublicKey,
): Promise<boolean> {
  if (algorithm === undefined) return false;
  const halfBytes = algorithm.startsWith('ES') ? HALF_BYTES[key.kind] : undefined;
  try {
    const raw = halfBytes === undefined ? signature : fromDerSignature(signature, halfBytes);
    return await crypto.verify(algorithm, key, signedBytes, raw);
  } catch (error) {
    if (error instanceof BytesError) return false;
    throw error;
  }
}
