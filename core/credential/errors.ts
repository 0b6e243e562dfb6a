/** Errors of `core/credential`: a credential, key or signature that is not of our form. */
import { HclError } from '../errors.ts';

export type CredentialErrorCode =
  | 'CREDENTIAL_MALFORMED'
  | 'CREDENTIAL_HEADER'
  | 'CREDENTIAL_TYPE_UNKNOWN'
  | 'CREDENTIAL_KEY'
  | 'CREDENTIAL_SIGNATURE';

export class CredentialError extends HclError<CredentialErrorCode> {}
