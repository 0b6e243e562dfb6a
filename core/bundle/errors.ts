/** Why a note, a checkpoint or a bundle is refused. Codes are what a device shows: docs/bundle.md lists them. */
import { HclError } from '../errors.ts';

export type NoteErrorCode = 'NOTE_MALFORMED' | 'CHECKPOINT_MALFORMED';

export class NoteError extends HclError<NoteErrorCode> {}

/** Why a bundle is refused. */
export const BUNDLE_ERROR_CODES = [
  /** Truncated, damaged, or no bundle at all. */
  'BUNDLE_MALFORMED',
  /** Made by a later version: update the scanner. */
  'BUNDLE_VERSION_UNKNOWN',
  /** Of another chain, genesis or deployment. */
  'BUNDLE_OTHER_LEDGER',
  /** Not cosigned by k of the signers that this device trusts. */
  'BUNDLE_SIGNATURES_TOO_FEW',
  /** Its content does not lead to the root that was signed. */
  'BUNDLE_PROOF_WRONG',
  /** It leaves out sections that a device needs. */
  'BUNDLE_INCOMPLETE',
  /** A status list that the ledger does not vouch for. */
  'BUNDLE_LISTS_WRONG',
  /** Older than what is held. */
  'BUNDLE_OLDER',
  /** The log it comes from is not the one that is held: two histories. */
  'BUNDLE_FORKED',
  /** Changes to something else than what is held. */
  'BUNDLE_BASE_OTHER',
  /** Signed later than our clock says it is: the clock is wrong, or the signers' is. */
  'BUNDLE_FROM_FUTURE',
] as const;

export type BundleErrorCode =
  | (typeof BUNDLE_ERROR_CODES)[number]
  /** What a device was given at first is not of the form. */
  | 'BUNDLE_TRUST_INVALID'
  /** Roots of another issuer or day than was asked for. */
  | 'BUNDLE_PAGE_OTHER';

export class BundleError extends HclError<BundleErrorCode> {}
