/**
 * A browser's implementation of the `Crypto` port: SHA-256 by @noble/hashes, because the port's is synchronous;
 * signatures by WebCrypto, and by @noble/curves where a browser has no WebCrypto (a page that did not come over
 * HTTPS) or not this curve.
 */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Crypto, Es256PublicKey } from '../../core/crypto.ts';
import { CryptoError } from './crypto-error.ts';
import { importSpki, verifyForeign } from './signatures.ts';

interface WebKey extends Es256PublicKey {
  /** Begun with the first signature: importing is asynchronous, the port's import is not. */
  imported?: Promise<CryptoKey>;
}

const POINT_BYTES = 65;
const SIGNATURE_BYTES = 64;
const ECDSA_P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** @param subtle `undefined`: the browser offers none here */
export function createWebCrypto(subtle: SubtleCrypto | undefined): Crypto {
  return {
    sha256: (data) => sha256(data),
    sha256Into: (data, target, offset) => target.set(sha256(data), offset),
    importEs256,
    verifyEs256: (key, message, signature) =>
      signature.length === SIGNATURE_BYTES && verifyEs256(subtle, key, message, signature),
    importSpki: (spki) => importSpki(spki, subtle),
    verify: (algorithm, key, message, signature) =>
      verifyForeign(subtle, { algorithm, key, message, signature }),
  };
}

function importEs256(publicKey: Uint8Array): Es256PublicKey {
  if (publicKey.length !== POINT_BYTES || publicKey[0] !== 0x04) {
    throw new CryptoError('CRYPTO_INVALID_KEY', 'a P-256 public key is 65 bytes and starts with 04');
  }
  try {
    p256.Point.fromBytes(publicKey).assertValidity();
  } catch (cause) {
    throw new CryptoError('CRYPTO_INVALID_KEY', 'the point is not on P-256', { cause });
  }
  return { bytes: publicKey.slice() };
}

async function verifyEs256(
  subtle: SubtleCrypto | undefined,
  key: WebKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    if (subtle === undefined) {
      return p256.verify(signature, message, key.bytes, { lowS: false, prehash: true, format: 'compact' });
    }
    key.imported ??= subtle.importKey('raw', key.bytes.slice(), ECDSA_P256, false, ['verify']);
    return await subtle.verify(ES256, await key.imported, signature.slice(), message.slice());
  } catch {
    return false;
  }
}
