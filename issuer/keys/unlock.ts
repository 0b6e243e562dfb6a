/**
 * What opens the sealed files of keys: a passphrase that a person types, or a key file of 32 random bytes (base64url)
 * that lies elsewhere: on a removable medium, or where the service manager puts its credentials.
 */
import { access } from 'node:fs/promises';
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { writeFileAtomically } from '../../service/files.ts';
import { KeyError } from './errors.ts';
import { readKeyFile } from './key-file.ts';

export type Unlock =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'key-file'; readonly path: string };

/** Input of scrypt, and its cost: a random key needs no slowing down. */
export interface UnlockSecret {
  readonly bytes: Uint8Array;
  /** scrypt's N; memory is 1 KiB × N. */
  readonly cost: number;
}

const KEY_BYTES = 32;
/** 128 MiB and half a second: what an attacker pays for each guess. */
const PASSPHRASE_COST = 2 ** 17;
const KEY_FILE_COST = 2 ** 10;
const MIN_PASSPHRASE_CHARACTERS = 16;
const MIN_DIFFERENT_CHARACTERS = 8;
const GUESSED_FIRST = /pass(word|phrase)|change.?me|default|secret|123456|qwerty|letmein|correct horse/i;

/** Throws `KEY_PASSPHRASE_WEAK`, `KEY_FILE_MISSING`, `KEY_FILE_DAMAGED`, `FILE_READABLE_BY_OTHERS`. */
export async function readUnlock(unlock: Unlock): Promise<UnlockSecret> {
  switch (unlock.kind) {
    case 'passphrase':
      // NFKC: the same keys give the same bytes on every keyboard and system (NIST SP 800-63B §5.1.1.2).
      return { bytes: toUtf8(strong(unlock.passphrase.normalize('NFKC'))), cost: PASSPHRASE_COST };
    case 'key-file':
      return { bytes: toKey(await readKeyFile(unlock.path), unlock.path), cost: KEY_FILE_COST };
  }
}

/** For one machine: makes the key file unless it is there. */
export async function createUnlockFile(path: string, randomBytes: RandomBytes): Promise<Unlock> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeFileAtomically(path, `${toBase64url(randomBytes(KEY_BYTES))}\n`);
  return { kind: 'key-file', path };
}

function strong(passphrase: string): string {
  const characters = [...passphrase];
  const isStrong =
    characters.length >= MIN_PASSPHRASE_CHARACTERS &&
    new Set(characters).size >= MIN_DIFFERENT_CHARACTERS &&
    !GUESSED_FIRST.test(passphrase);
  if (isStrong) return passphrase;
  throw new KeyError(
    'KEY_PASSPHRASE_WEAK',
    `the passphrase is short or guessed first: take at least ${MIN_PASSPHRASE_CHARACTERS} characters, best six words drawn by dice`,
  );
}

function toKey(text: string, path: string): Uint8Array {
  try {
    const key = fromBase64url(text.trim());
    if (key.length === KEY_BYTES) return key;
  } catch {
    // The cause would quote the text.
  }
  throw new KeyError(
    'KEY_FILE_DAMAGED',
    `${path} is not a key file: 32 bytes in base64url, and nothing else`,
  );
}
