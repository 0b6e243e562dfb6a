/** What the verifier refuses of what others send it. Nothing here ever reaches a verdict: old knowledge stays. */
import { HclError } from '../core/errors.ts';

export type VerifierErrorCode =
  | 'VERIFIER_CONFIG'
  | 'VERIFIER_MANIFEST_MALFORMED'
  | 'VERIFIER_MANIFEST_OLD'
  | 'VERIFIER_MANIFEST_AHEAD'
  | 'VERIFIER_MANIFEST_MISMATCHED'
  | 'VERIFIER_REQUEST_INVALID';

export class VerifierError extends HclError<VerifierErrorCode> {}
