/** Why a log of checks, or one box of it, cannot be read. docs/checkpoint-page.md lists them. */
import { HclError } from '../errors.ts';

export const LOG_ERROR_CODES = [
  /** No log of checks. */
  'LOG_FILE_MALFORMED',
  /** Made by a later page: the file, or one box in it. */
  'LOG_VERSION_UNKNOWN',
  /** Fewer boxes than the file says it has. */
  'LOG_TRUNCATED',
  /** Fewer boxes than there were checks: the device could not keep some. */
  'LOG_INCOMPLETE',
  /** A box that was changed or cut short. */
  'LOG_BOX_DAMAGED',
  /** A box that was sealed for another key. */
  'LOG_KEY_OTHER',
  /** What was in a box is no entry: whoever holds the device can seal anything. */
  'LOG_ENTRY_INVALID',
  /** No private key of a log. */
  'LOG_KEY_INVALID',
] as const;

export type LogErrorCode = (typeof LOG_ERROR_CODES)[number];

export class LogError extends HclError<LogErrorCode> {}
