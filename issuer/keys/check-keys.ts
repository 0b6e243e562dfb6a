/**
 * Which keys nobody may work with: published ones, ones that nobody drew at random, halves that do not belong
 * together, and one secret that serves two purposes, so that who steals one has both.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { equalBytes } from '../../core/bytes/equal.ts';
import { fromHex, toHex } from '../../core/bytes/hex.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { PrivateJwk, WorkingSecrets } from '../secrets.ts';
import { KeyError } from './errors.ts';
import { isWellKnownKey } from './known-keys.ts';

const KEY_BYTES = 32;
/** 32 bytes from a generator have 30 different values on average, and practically never fewer than this. */
const MIN_DIFFERENT_BYTES = 14;
const MIN_DIFFERENT_CHARACTERS = 10;
/** The orders of P-256 and secp256k1 (SEC 2 §2.4.2, §2.4.1): a key just below one is as easy to guess as 1, 2, 3. */
const ORDERS: readonly Uint8Array[] = [
  fromHex('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  fromHex('0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'),
];
const GUESSED_BYTES = 8;
const PROBE: Uint8Array = toUtf8('hcl/probe/1');

/** Throws `KEY_WEAK`, `KEY_WELL_KNOWN`, `KEY_MISMATCH`. */
export function checkSigningKey(jwk: PrivateJwk): void {
  checkRandom(fromBase64url(jwk.d), 'the signing key');
  if (!isPair(jwk)) {
    throw new KeyError('KEY_MISMATCH', 'the private part of the signing key is not that of its public part');
  }
}

/** @param key secp256k1, `0x` hex. Throws `KEY_WEAK`, `KEY_WELL_KNOWN`. */
export function checkAccountKey(key: string): void {
  checkRandom(fromHex(key), 'the ledger account key');
}

/**
 * Everything at once, before a service starts. Throws `KEY_WEAK`, `KEY_WELL_KNOWN`, `KEY_MISMATCH`, `KEY_SHARED`.
 * A key that lies elsewhere was looked at when it was opened.
 */
export function checkSecrets(secrets: WorkingSecrets): void {
  const { signingKey, ledgerAccountKey, keyEncryption, indexKey, batchSeed, operatorToken } = secrets;
  const ownKey = 'kty' in signingKey ? signingKey : undefined;
  if (ownKey !== undefined) checkSigningKey(ownKey);
  checkAccountKey(ledgerAccountKey);
  for (const { key, epoch } of keyEncryption) checkRandom(key, `the key-encryption key of epoch ${epoch}`);
  checkRandom(indexKey, 'the index key');
  checkRandom(batchSeed, 'the batch seed');
  if (new Set(operatorToken).size < MIN_DIFFERENT_CHARACTERS) throw weak('the operator token');
  checkApart([
    ...(ownKey === undefined ? [] : [fromBase64url(ownKey.d)]),
    fromHex(ledgerAccountKey),
    ...keyEncryption.map(({ key }) => key),
    indexKey,
    batchSeed,
  ]);
}

/** Throws `KEY_SHARED` when two are the same. */
export function checkApart(secrets: readonly Uint8Array[]): void {
  if (new Set(secrets.map(toHex)).size === secrets.length) return;
  throw new KeyError('KEY_SHARED', 'one secret serves two purposes: make a key of its own for each');
}

function checkRandom(secret: Uint8Array, name: string): void {
  if (secret.length !== KEY_BYTES || new Set(secret).size < MIN_DIFFERENT_BYTES) throw weak(name);
  if (isCounting(secret) || ORDERS.some((order) => isNear(secret, order))) throw weak(name);
  if (isWellKnownKey(secret)) {
    throw new KeyError(
      'KEY_WELL_KNOWN',
      `${name} is published as an example: make a new one, and take this one off the ledger if it is there`,
    );
  }
}

/** 00 01 02 … and the like: each byte differs from the one before by the same step. */
function isCounting(secret: Uint8Array): boolean {
  // Both are there: the length has been checked.
  const step = (secret[1]! - secret[0]!) & 0xff;
  return secret.every((byte, i) => i === 0 || ((byte - secret[i - 1]!) & 0xff) === step);
}

function isNear(secret: Uint8Array, order: Uint8Array): boolean {
  return equalBytes(secret.subarray(0, -GUESSED_BYTES), order.subarray(0, -GUESSED_BYTES));
}

/** OpenSSL takes a `d` that does not belong to `x` and `y`; its signatures tell. */
function isPair(jwk: PrivateJwk): boolean {
  try {
    const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
    return verify('sha256', PROBE, createPublicKey(key), sign('sha256', PROBE, key));
  } catch {
    // Not a point, or not a scalar. The cause could name parts of the key.
    return false;
  }
}

function weak(name: string): KeyError {
  return new KeyError('KEY_WEAK', `${name} was not drawn at random: make a new one with "hcl key"`);
}
