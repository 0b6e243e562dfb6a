/**
 * A file of secrets, encrypted: scrypt (RFC 7914) makes a key of the passphrase or key file, AES-256-GCM seals.
 *
 *   { "version": 1, "purpose": "signing-keys", "kdf": { "name": "scrypt", "n": 131072, "r": 8, "p": 1, "salt": "…" },
 *     "iv": "…", "sealed": "…", "check": "…" }
 *
 * Bytes are base64url. `sealed` ends with the tag (16 bytes) and is bound to everything before `iv`, so that no file
 * opens as another and its cost cannot be lowered. `check` is SHA-256 over the canonical JSON of all others: it tells a
 * damaged file (`KEY_FILE_DAMAGED`) from a wrong passphrase (`KEY_PASSPHRASE_WRONG`) and gives away nothing. Salt and IV
 * are fresh with every write.
 */
import {
  createCipheriv,
  createDecipheriv,
  scrypt as scryptWithCallback,
  type ScryptOptions,
} from 'node:crypto';
import { promisify } from 'node:util';
import { Value } from 'typebox/value';
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { writeFileAtomically } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Closed, Type, type TSchema } from '../../service/schema.ts';
import { KeyError } from './errors.ts';
import { readKeyFile } from './key-file.ts';
import type { UnlockSecret } from './unlock.ts';

/** What a file is for, and for nothing else. */
export type SealedPurpose = 'signing-keys' | 'ledger-account' | 'store-secrets';

interface SealedText {
  readonly version: 1;
  readonly purpose: SealedPurpose;
  readonly kdf: KdfText;
  readonly iv: string;
  readonly sealed: string;
  readonly check: string;
}

interface KdfText {
  readonly name: 'scrypt';
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
}

const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const BLOCK_SIZE = 8;
/** A file that asks for more is not ours: 1 GiB. */
const MAX_COST = 2 ** 20;

const Bytes = Type.String({ pattern: '^[A-Za-z0-9_-]+$' });
const SealedFile: TSchema = Closed({
  version: Type.Literal(1),
  purpose: Type.String(),
  kdf: Closed({
    name: Type.Literal('scrypt'),
    n: Type.Integer({ minimum: 2, maximum: MAX_COST }),
    r: Type.Literal(BLOCK_SIZE),
    p: Type.Literal(1),
    salt: Bytes,
  }),
  iv: Bytes,
  sealed: Bytes,
  check: Bytes,
});

const scrypt = promisify<Uint8Array, Uint8Array, number, ScryptOptions, Uint8Array>(scryptWithCallback);

export interface Sealing {
  readonly purpose: SealedPurpose;
  readonly secret: UnlockSecret;
}

/** Replaces the file as a whole, synced, mode 0600. */
export async function writeSealedFile(
  path: string,
  plaintext: string,
  { purpose, secret, randomBytes }: Sealing & { readonly randomBytes: RandomBytes },
): Promise<void> {
  const kdf: KdfText = {
    name: 'scrypt',
    n: secret.cost,
    r: BLOCK_SIZE,
    p: 1,
    salt: toBase64url(randomBytes(SALT_BYTES)),
  };
  const head = { version: 1, purpose, kdf } as const;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', await deriveKey(secret, kdf), iv).setAAD(bound(head));
  const sealed = concatBytes(cipher.update(toUtf8(plaintext)), cipher.final(), cipher.getAuthTag());
  const body = { ...head, iv: toBase64url(iv), sealed: toBase64url(sealed) };
  const text: SealedText = { ...body, check: checkOf(body) };
  await writeFileAtomically(path, `${JSON.stringify(text, null, 2)}\n`);
}

/**
 * The plaintext. Throws `KEY_FILE_MISSING`, `FILE_READABLE_BY_OTHERS`, `KEY_FOLDER_OPEN`, `KEY_FILE_DAMAGED`,
 * `KEY_FILE_FORMAT_UNKNOWN`, `KEY_MISMATCH` for a file of another purpose, `KEY_PASSPHRASE_WRONG`.
 */
export async function readSealedFile(path: string, { purpose, secret }: Sealing): Promise<string> {
  const { check, ...body } = parse(await readKeyFile(path), path);
  if (check !== checkOf(body)) throw damaged(path);
  if (body.purpose !== purpose) {
    throw new KeyError('KEY_MISMATCH', `${path} holds ${body.purpose}, not ${purpose}: files were mixed up`);
  }
  const { iv, sealed, ...head } = body;
  const bytes = fromBase64url(sealed);
  const decipher = createDecipheriv('aes-256-gcm', await deriveKey(secret, head.kdf), fromBase64url(iv))
    .setAAD(bound(head))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plaintext = concatBytes(decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final());
    return fromUtf8(plaintext) ?? '';
  } catch {
    throw new KeyError('KEY_PASSPHRASE_WRONG', `this passphrase or key file does not open ${path}`);
  }
}

function parse(text: string, path: string): SealedText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path);
  }
  if (typeof value === 'object' && value !== null && 'version' in value && value.version !== 1) {
    throw new KeyError(
      'KEY_FILE_FORMAT_UNKNOWN',
      `${path} has another version: use the release that wrote it`,
    );
  }
  // The schema says what SealedText says.
  if (Value.Check(SealedFile, value)) return value as SealedText;
  throw damaged(path);
}

async function deriveKey({ bytes }: UnlockSecret, { n, r, p, salt }: KdfText): Promise<Uint8Array> {
  const maxmem = 256 * n * r;
  return await scrypt(bytes, fromBase64url(salt), KEY_BYTES, { N: n, r, p, maxmem });
}

function bound(head: Pick<SealedText, 'version' | 'purpose' | 'kdf'>): Uint8Array {
  return toUtf8(`hcl/sealed/1\0${toCanonicalJson(head)}`);
}

function checkOf(body: Omit<SealedText, 'check'>): string {
  return toBase64url(nodeCrypto.sha256(toUtf8(toCanonicalJson(body))));
}

function damaged(path: string): KeyError {
  return new KeyError('KEY_FILE_DAMAGED', `${path} is damaged or no sealed file: restore it from its copy`);
}
