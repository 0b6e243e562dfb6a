/** Signatures of other systems' codes in a browser: the second half of the `Crypto` port. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import {
  HALF_BYTES,
  type ForeignPublicKey,
  type KeyKind,
  type SignatureAlgorithm,
} from '../../core/crypto.ts';
import { CryptoError } from './crypto-error.ts';
import { readSpki, type PublicKeyParts } from './spki.ts';

interface WebForeignKey extends ForeignPublicKey {
  readonly parts: PublicKeyParts;
  /** By scheme and hash: WebCrypto ties an RSA key to both. */
  readonly imported: Map<string, Promise<CryptoKey>>;
}

export interface Signed {
  readonly algorithm: SignatureAlgorithm;
  readonly key: ForeignPublicKey;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

const NIST: readonly KeyKind[] = ['P-256', 'P-384', 'P-521'];
const HASHES = { 256: 'SHA-256', 384: 'SHA-384', 512: 'SHA-512' } as const;
const NOBLE_HASHES = { 256: sha256, 384: sha384, 512: sha512 } as const;
const NOBLE_CURVES = { 'P-256': p256, 'P-384': p384, 'P-521': p521, secp256k1 } as const;

/** Throws `CRYPTO_INVALID_KEY`, without WebCrypto also for RSA: nothing else here checks it. */
export function importSpki(spki: Uint8Array, subtle: SubtleCrypto | undefined): ForeignPublicKey {
  const parts = readSpki(spki);
  if (parts.kind === 'RSA' && subtle === undefined) {
    throw new CryptoError('CRYPTO_INVALID_KEY', 'this browser checks no RSA signatures here');
  }
  const key: WebForeignKey = { kind: parts.kind, parts, imported: new Map() };
  return key;
}

export async function verifyForeign(subtle: SubtleCrypto | undefined, signed: Signed): Promise<boolean> {
  const { algorithm, signature } = signed;
  // Every key of this port was made by importSpki above.
  const { kind, parts } = signed.key as WebForeignKey;
  const halfBytes = HALF_BYTES[kind];
  const isRightLength = halfBytes === undefined || signature.length === 2 * halfBytes;
  const isAllowed = parts.only === undefined || parts.only.includes(algorithm);
  if (!kindsOf(algorithm).includes(kind) || !isRightLength || !isAllowed) return false;
  try {
    return subtle === undefined || kind === 'secp256k1'
      ? verifyByNoble(signed)
      : await verifyNatively(subtle, signed);
  } catch {
    return false;
  }
}

function kindsOf(algorithm: SignatureAlgorithm): readonly KeyKind[] {
  switch (algorithm) {
    case 'ES256':
    case 'ES384':
    case 'ES512':
      return NIST;
    case 'ES256K':
      return ['secp256k1'];
    case 'EdDSA':
      return ['Ed25519'];
    case 'PS256':
    case 'PS384':
    case 'PS512':
    case 'RS256':
    case 'RS384':
    case 'RS512':
      return ['RSA'];
  }
}

async function verifyNatively(subtle: SubtleCrypto, signed: Signed): Promise<boolean> {
  const { algorithm, message, signature } = signed;
  const key = await importOnce(subtle, signed).catch((error: unknown) => unsupported(error));
  if (key === undefined) return verifyByNoble(signed);
  return subtle.verify(schemeOf(algorithm), key, signature.slice(), message.slice());
}

/** A browser that does not know the curve says so; any other failure is one of the key. */
function unsupported(error: unknown): undefined {
  if (error instanceof Error && error.name === 'NotSupportedError') return undefined;
  throw error;
}

function importOnce(subtle: SubtleCrypto, { algorithm, key }: Signed): Promise<CryptoKey> {
  // Every key of this port was made by importSpki above.
  const { imported, kind, parts } = key as WebForeignKey;
  const name = kind === 'RSA' ? algorithm : kind;
  const known = imported.get(name);
  if (known !== undefined) return known;
  const format = kind === 'RSA' ? 'spki' : 'raw';
  const started = subtle.importKey(format, parts.bytes.slice(), importFormOf(kind, algorithm), false, [
    'verify',
  ]);
  imported.set(name, started);
  return started;
}

function importFormOf(
  kind: KeyKind,
  algorithm: SignatureAlgorithm,
): EcKeyImportParams | RsaHashedImportParams | Algorithm {
  if (kind === 'Ed25519') return { name: 'Ed25519' };
  if (kind !== 'RSA') return { name: 'ECDSA', namedCurve: kind };
  return { name: schemeOf(algorithm).name, hash: HASHES[bitsOf(algorithm)] };
}

function schemeOf(algorithm: SignatureAlgorithm): EcdsaParams | RsaPssParams | Algorithm {
  if (algorithm === 'EdDSA') return { name: 'Ed25519' };
  const bits = bitsOf(algorithm);
  if (algorithm.startsWith('PS')) return { name: 'RSA-PSS', saltLength: bits / 8 };
  if (algorithm.startsWith('RS')) return { name: 'RSASSA-PKCS1-v1_5' };
  return { name: 'ECDSA', hash: HASHES[bits] };
}

function bitsOf(algorithm: SignatureAlgorithm): 256 | 384 | 512 {
  if (algorithm.endsWith('384')) return 384;
  return algorithm.endsWith('512') ? 512 : 256;
}

function verifyByNoble({ algorithm, key, message, signature }: Signed): boolean {
  // Every key of this port was made by importSpki above.
  const { kind, parts } = key as WebForeignKey;
  if (kind === 'Ed25519') return ed25519.verify(signature, message, parts.bytes, { zip215: false });
  if (kind === 'RSA') return false;
  const digest = NOBLE_HASHES[bitsOf(algorithm)](message);
  return NOBLE_CURVES[kind].verify(signature, digest, parts.bytes, {
    lowS: false,
    prehash: false,
    format: 'compact',
  });
}
