/** Signatures of other systems' codes, on OpenSSL: the second half of the `Crypto` port. */
import { Buffer } from 'node:buffer';
import { constants, createPublicKey, verify as verifyNatively, type KeyObject } from 'node:crypto';
import { HALF_BYTES, type ForeignPublicKey, type KeyKind, type SignatureAlgorithm } from '../core/crypto.ts';
import { CryptoError } from './crypto-error.ts';
import { toDerSignature } from './der-signature.ts';

interface NativeForeignKey extends ForeignPublicKey {
  readonly keyObject: KeyObject;
}

interface Scheme {
  readonly kinds: readonly KeyKind[];
  readonly hash?: string;
  readonly padding?: number;
  readonly saltLength?: number;
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;
const NIST: readonly KeyKind[] = ['P-256', 'P-384', 'P-521'];
const RSA: readonly KeyKind[] = ['RSA'];

const SCHEMES: Readonly<Record<SignatureAlgorithm, Scheme>> = {
  ES256: { kinds: NIST, hash: 'sha256' },
  ES384: { kinds: NIST, hash: 'sha384' },
  ES512: { kinds: NIST, hash: 'sha512' },
  ES256K: { kinds: ['secp256k1'], hash: 'sha256' },
  EdDSA: { kinds: ['Ed25519'] },
  PS256: { kinds: RSA, hash: 'sha256', padding: RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  PS384: { kinds: RSA, hash: 'sha384', padding: RSA_PKCS1_PSS_PADDING, saltLength: 48 },
  PS512: { kinds: RSA, hash: 'sha512', padding: RSA_PKCS1_PSS_PADDING, saltLength: 64 },
  RS256: { kinds: RSA, hash: 'sha256', padding: RSA_PKCS1_PADDING },
  RS384: { kinds: RSA, hash: 'sha384', padding: RSA_PKCS1_PADDING },
  RS512: { kinds: RSA, hash: 'sha512', padding: RSA_PKCS1_PADDING },
};

const CURVES: Readonly<Record<string, KeyKind>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  secp256k1: 'secp256k1',
};
const MIN_RSA_BITS = 2048;
/** A larger key costs seconds to check against. */
const MAX_RSA_BITS = 8192;

export function importSpki(spki: Uint8Array): ForeignPublicKey {
  let keyObject: KeyObject;
  try {
    keyObject = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new CryptoError('CRYPTO_INVALID_KEY', 'not a SubjectPublicKeyInfo that can be read', { cause });
  }
  const kind = kindOf(keyObject);
  if (kind === undefined) throw new CryptoError('CRYPTO_INVALID_KEY', 'a kind of key that is not used');
  const key: NativeForeignKey = { kind, keyObject };
  return key;
}

export function verify(
  algorithm: SignatureAlgorithm,
  key: ForeignPublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { kinds, hash, padding, saltLength } = SCHEMES[algorithm];
  if (!kinds.includes(key.kind)) return false;
  const halfBytes = HALF_BYTES[key.kind];
  if (halfBytes !== undefined && signature.length !== 2 * halfBytes) return false;
  // Every key of this port was made by importSpki above.
  const { keyObject } = key as NativeForeignKey;
  try {
    if (key.kind === 'P-256' || key.kind === 'secp256k1') {
      const der = toDerSignature(signature);
      return der !== undefined && verifyNatively(hash, message, keyObject, der);
    }
    return verifyNatively(
      hash,
      message,
      {
        key: keyObject,
        dsaEncoding: 'ieee-p1363',
        ...(padding === undefined ? {} : { padding }),
        ...(saltLength === undefined ? {} : { saltLength }),
      },
      signature,
    );
  } catch {
    return false;
  }
}

function kindOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyKind | undefined {
  if (asymmetricKeyType === 'ec') return CURVES[asymmetricKeyDetails?.namedCurve ?? ''];
  if (asymmetricKeyType === 'ed25519') return 'Ed25519';
  if (asymmetricKeyType !== 'rsa' && asymmetricKeyType !== 'rsa-pss') return undefined;
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  // NIST SP 800-56B §6.2: with the exponent 1 anybody could sign.
  const isOddAndLarge = publicExponent >= 3n && publicExponent % 2n === 1n;
  return modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS && isOddAndLarge ? 'RSA' : undefined;
}
