/**
 * The cryptographic primitives of the ledger engine: Keccak-256 and secp256k1.
 *
 * Native secp256k1 and WebAssembly Keccak carry the work where they load; @noble is the fallback. Recovering a
 * sender costs 0.15 ms natively and 1.5 ms in JavaScript, which is most of the cost of a small transaction
 * (docs/performance.md).
 */
import { createRequire } from 'node:module';
import type { CustomCrypto } from '@ethereumjs/common';
import { bytesToHex, setLengthLeft } from '@ethereumjs/util';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { createKeccak } from 'hash-wasm';

/** secp256k1 signature with its recovery bit: `r ‖ s ‖ recovery`, 65 bytes (EIP-225's seal has this form). */
export interface LedgerCrypto {
  /** Keccak-256, 32 bytes. */
  keccak256(data: Uint8Array): Uint8Array;
  /** Signs a 32-byte digest; deterministic (RFC 6979), low s; answers `r ‖ s ‖ recovery`. */
  sign(digest: Uint8Array, privateKey: Uint8Array): Uint8Array;
  /** The signer's public key, 64 bytes x ‖ y; throws when there is none. */
  recover(digest: Uint8Array, signature: Uint8Array, recovery: number): Uint8Array;
  /** x ‖ y of a private key, 64 bytes; throws when the key is out of range. */
  publicKeyOf(privateKey: Uint8Array): Uint8Array;
  /** Which implementations were loaded. */
  readonly implementation: {
    readonly keccak256: 'hash-wasm' | 'noble';
    readonly secp256k1: 'native' | 'noble';
  };
}

type Curve = Pick<LedgerCrypto, 'sign' | 'recover' | 'publicKeyOf'>;

/** The parts of the `secp256k1` package used here; it ships no types. */
interface Secp256k1Addon {
  ecdsaSign(digest: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recid: number };
  ecdsaRecover(signature: Uint8Array, recovery: number, digest: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array;
}

/** Loads the fastest implementations that this machine has. */
export async function loadLedgerCrypto(): Promise<LedgerCrypto> {
  const keccak = await wasmKeccak();
  const curve = nativeCurve();
  return {
    keccak256: keccak ?? keccak_256,
    ...(curve ?? nobleCurve),
    implementation: {
      keccak256: keccak === undefined ? 'noble' : 'hash-wasm',
      secp256k1: curve === undefined ? 'noble' : 'native',
    },
  };
}

/** All in JavaScript: what the fast ones are measured and checked against. */
export function javascriptCrypto(): LedgerCrypto {
  return {
    keccak256: keccak_256,
    ...nobleCurve,
    implementation: { keccak256: 'noble', secp256k1: 'noble' },
  };
}

/** The account of a public key (64 bytes x ‖ y): the last 20 bytes of its Keccak-256, lower-case hex. */
export function addressOfPublicKey(publicKey: Uint8Array, crypto: LedgerCrypto): `0x${string}` {
  return bytesToHex(crypto.keccak256(publicKey).subarray(-20));
}

/** The same primitives in the form EthereumJS takes them. */
export function toCustomCrypto(crypto: LedgerCrypto): CustomCrypto {
  return {
    keccak256: (message) => crypto.keccak256(message),
    ecrecover: (digest, v, r, s, chainId) => {
      const signature = new Uint8Array(64);
      signature.set(setLengthLeft(r, 32), 0);
      signature.set(setLengthLeft(s, 32), 32);
      return crypto.recover(digest, signature, recoveryBit(v, chainId));
    },
  };
}

/** `v` is 0 or 1 (typed transactions), 27 or 28 (the precompile), or 35 + 2 × chain id + 0 or 1 (EIP-155). */
function recoveryBit(v: bigint, chainId: bigint | undefined): number {
  if (v === 0n || v === 1n) return Number(v);
  const bit = chainId === undefined ? v - 27n : v - (chainId * 2n + 35n);
  if (bit !== 0n && bit !== 1n) throw new RangeError('invalid signature v');
  return Number(bit);
}

async function wasmKeccak(): Promise<((data: Uint8Array) => Uint8Array) | undefined> {
  try {
    const hasher = await createKeccak(256);
    return (data) => hasher.init().update(data).digest('binary');
  } catch {
    return undefined;
  }
}

function nativeCurve(): Curve | undefined {
  try {
    // `/bindings` and not the package's root: the root falls back to `elliptic` without a word.
    // The declaration above is the part of the package's documented interface that is called.
    const addon = createRequire(import.meta.url)('secp256k1/bindings.js') as Secp256k1Addon;
    return {
      sign: (digest, privateKey) => {
        const { signature, recid } = addon.ecdsaSign(digest, privateKey);
        return Uint8Array.of(...signature, recid);
      },
      recover: (digest, signature, recovery) =>
        addon.ecdsaRecover(signature, recovery, digest, false).subarray(1),
      publicKeyOf: (privateKey) => addon.publicKeyCreate(privateKey, false).subarray(1),
    };
  } catch {
    return undefined;
  }
}

/** The fallback, exported so that both can be held against each other. */
export const nobleCurve: Curve = {
  sign: (digest, privateKey) => {
    const recovered = secp256k1.sign(digest, privateKey, { prehash: false, format: 'recovered' });
    return Uint8Array.of(...recovered.subarray(1), ...recovered.subarray(0, 1));
  },
  recover: (digest, signature, recovery) =>
    secp256k1.Signature.fromBytes(signature, 'compact')
      .addRecoveryBit(recovery)
      .recoverPublicKey(digest)
      .toBytes(false)
      .subarray(1),
  publicKeyOf: (privateKey) => secp256k1.getPublicKey(privateKey, false).subarray(1),
};
