/**
 * A key that signs checkpoints, a witness's or a publisher's, from a file that only its owner can read: an Ed25519
 * private key as JWK (RFC 8037), on one line. Nobody starts with a key that anybody could have: a published one, one
 * that nobody drew at random, one whose halves do not belong together, or one that serves two.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { Value } from 'typebox/value';
import { fromBase64url } from '../core/bytes/base64url.ts';
import { equalBytes } from '../core/bytes/equal.ts';
import { toHex } from '../core/bytes/hex.ts';
import type { NoteSigner } from '../core/bundle/cosignature.ts';
import { readSecretFile } from './files.ts';
import { nodeCrypto } from './node-crypto.ts';
import { Closed, Type, type TSchema } from './schema.ts';
import { HclError } from '../core/errors.ts';

export type NoteKeyErrorCode =
  | 'NOTE_KEY_MISSING'
  | 'NOTE_KEY_DAMAGED'
  | 'NOTE_KEY_WEAK'
  | 'NOTE_KEY_WELL_KNOWN'
  | 'NOTE_KEY_MISMATCH'
  | 'NOTE_KEY_SHARED';

export class NoteKeyError extends HclError<NoteKeyErrorCode> {}

interface Ed25519Jwk {
  readonly crv: 'Ed25519';
  readonly d: string;
  readonly x: string;
  readonly kty: 'OKP';
}

const KEY_BYTES = 32;
/** 32 bytes from a generator have 30 different values on average, and practically never fewer than this. */
const MIN_DIFFERENT_BYTES = 14;
const Part = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const Jwk: TSchema = Closed({ crv: Type.Literal('Ed25519'), d: Part, x: Part, kty: Type.Literal('OKP') });

/** First eight bytes of the SHA-256 of seeds that everybody has, so that no key stands here. */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  // RFC 8032 §7.1, TEST 1 (and RFC 8037 A.1), TEST 2, TEST 3, TEST 1024, TEST SHA(abc)
  '644d50ab64864c20',
  '3d2d9682cdba5296',
  'd8eca0cca720d33b',
  '28024a74943422cc',
  '918a483206abfc92',
  // golang.org/x/mod/sumdb/note, PeterNeumann
  '9bc35a95e9bdc69e',
]);

export interface NoteKeyOptions {
  /** Name in signature lines: a URL without scheme that says who this is. */
  readonly name: string;
  readonly path: string;
  /** Keys of others, which this must not be: who submits checkpoints is not their witness too. */
  readonly otherThan?: readonly Uint8Array[];
}

/** Throws a {@link NoteKeyError}, or `FILE_READABLE_BY_OTHERS`. */
export async function readNoteKey({ name, path, otherThan = [] }: NoteKeyOptions): Promise<NoteSigner> {
  const jwk = parse(await readText(path), path);
  checkSeed(fromBase64url(jwk.d));
  const publicKey = fromBase64url(jwk.x);
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  const own = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
  if (!equalBytes(publicKey, own)) {
    throw new NoteKeyError('NOTE_KEY_MISMATCH', 'the halves of the key do not belong together');
  }
  if (otherThan.some((each) => equalBytes(each, publicKey))) {
    throw new NoteKeyError('NOTE_KEY_SHARED', 'one key serves two: make a key of its own for each');
  }
  return { name, publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readSecretFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')) {
      throw new NoteKeyError('NOTE_KEY_MISSING', `there is no key file ${path}`);
    }
    throw error;
  }
}

/** The cause could quote the key, so it is not kept. */
function parse(text: string, path: string): Ed25519Jwk {
  try {
    const value: unknown = JSON.parse(text);
    // The schema says so.
    if (Value.Check(Jwk, value)) return value as Ed25519Jwk;
  } catch {
    // Not JSON: the same as JSON of another form.
  }
  throw new NoteKeyError('NOTE_KEY_DAMAGED', `${path} is not an Ed25519 private key as JWK`);
}

function checkSeed(seed: Uint8Array): void {
  if (new Set(seed).size < MIN_DIFFERENT_BYTES || isCounting(seed)) {
    throw new NoteKeyError('NOTE_KEY_WEAK', 'the key was not drawn at random');
  }
  if (WELL_KNOWN.has(toHex(nodeCrypto.sha256(seed).subarray(0, 8)).slice(2))) {
    throw new NoteKeyError('NOTE_KEY_WELL_KNOWN', 'the key is published as an example');
  }
}

/** 00 01 02 … and the like: each byte differs from the one before by the same step. */
function isCounting(seed: Uint8Array): boolean {
  // Both are there: a part has 32 bytes.
  const step = (seed[1]! - seed[0]!) & 0xff;
  return seed.every((byte, i) => i === 0 || ((byte - seed[i - 1]!) & 0xff) === step);
}
