/** What one input costs in cryptography, counted instead of timed: a bound that holds on any machine. */
import type { Crypto } from '../../../../core/crypto.ts';

export interface CountedCrypto {
  readonly crypto: Crypto;
  /** Signatures checked, and keys imported for that, since the last call. */
  take(): { readonly signatures: number; readonly imports: number; readonly hashedBytes: number };
}

export function countedCrypto(crypto: Crypto): CountedCrypto {
  let signatures = 0;
  let imports = 0;
  let hashedBytes = 0;
  return {
    crypto: {
      sha256(data) {
        hashedBytes += data.length;
        return crypto.sha256(data);
      },
      sha256Into(data, target, offset) {
        hashedBytes += data.length;
        crypto.sha256Into(data, target, offset);
      },
      importEs256(publicKey) {
        imports++;
        return crypto.importEs256(publicKey);
      },
      verifyEs256(key, message, signature) {
        signatures++;
        return crypto.verifyEs256(key, message, signature);
      },
      importSpki(spki) {
        imports++;
        return crypto.importSpki(spki);
      },
      verify(algorithm, key, message, signature) {
        signatures++;
        return crypto.verify(algorithm, key, message, signature);
      },
    },
    take() {
      const taken = { signatures, imports, hashedBytes };
      signatures = 0;
      imports = 0;
      hashedBytes = 0;
      return taken;
    },
  };
}
