/** Ed25519 signers of notes from seeds, on Node's own implementation. */
import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { toHex } from '../../core/bytes/hex.ts';
import type { NoteSigner } from '../../core/bundle/cosignature.ts';
import type { CheckpointSet } from '../../core/trust/trust-list.ts';

/** PrivateKeyInfo of an Ed25519 seed (RFC 8410 §7), up to the seed itself. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_BYTES = 32;

export function signerOf(name: string, seed: Uint8Array): NoteSigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
  return {
    name,
    publicKey: new Uint8Array(publicKey),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** Number `n` of as many signers as one likes. */
export function testSigner(n: number): NoteSigner {
  return signerOf(`witness.example/w${n}`, new Uint8Array(KEY_BYTES).fill(n));
}

export function setOf(version: number, threshold: number, signers: readonly NoteSigner[]): CheckpointSet {
  return { version, threshold, keys: signers.map(({ publicKey }) => toHex(publicKey)) };
}
