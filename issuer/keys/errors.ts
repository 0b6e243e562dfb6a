/** What can be wrong with keys. Every sentence says what to do; none says what a key is. Each code: docs/keys.md. */
import { HclError } from '../../core/errors.ts';

export const KEY_ERROR_CODES = [
  'KEY_FILE_MISSING',
  'KEY_FILE_DAMAGED',
  'KEY_FILE_FORMAT_UNKNOWN',
  /** Others on the machine can write to the folder, and so replace what lies in it. */
  'KEY_FOLDER_OPEN',
  'KEY_PASSPHRASE_WRONG',
  'KEY_PASSPHRASE_WEAK',
  /** Published: a specification's example, or an account of a development chain. */
  'KEY_WELL_KNOWN',
  /** Nobody drew it at random. */
  'KEY_WEAK',
  /** Private and public part, or file and purpose, do not belong together. */
  'KEY_MISMATCH',
  /** One secret in two places. */
  'KEY_SHARED',
  /** The key store has no such key. */
  'KEY_UNKNOWN',
  /** The trust list does not have it for this issuer. */
  'KEY_NOT_REGISTERED',
  /** The trust list has it, but not now: too early, over, or compromised. */
  'KEY_NOT_EFFECTIVE',
  'KEY_HSM_NOT_INSTALLED',
  'KEY_HSM_FAILED',
] as const;

export type KeyErrorCode = (typeof KEY_ERROR_CODES)[number];

export class KeyError extends HclError<KeyErrorCode> {}
