/** Payload bytes → claims: only once inclusion or the signature holds. */
import type { CredentialClaims } from '../../credential/claims.ts';
import { CredentialError } from '../../credential/errors.ts';
import { parseClaims } from '../../credential/parse.ts';
import type { ReasonCode } from '../reasons.ts';

export function readClaims(payloadBytes: Uint8Array): CredentialClaims | ReasonCode {
  try {
    return parseClaims(payloadBytes);
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    return error.code === 'CREDENTIAL_TYPE_UNKNOWN' ? 'CREDENTIAL_TYPE_UNKNOWN' : 'CREDENTIAL_MALFORMED';
  }
}
