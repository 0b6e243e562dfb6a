/**
 * Was it good then? Pure questions to the trust list about one instant, mostly the time a batch was
 * anchored: what was good then stays good, whatever happened since, except what is known to be compromised
 * from an earlier time on.
 */
import { CREDENTIAL_TYPES, type CredentialType } from '../credential/credential-type.ts';
import type { Accreditation, Grant, Issuer } from './trust-list.ts';
import { contains, isSuspendedAt } from './window.ts';

export type IssuerProblem =
  'ISSUER_NOT_ACCREDITED' | 'ISSUER_SUSPENDED' | 'ISSUER_TYPE_NOT_ALLOWED' | 'AUTHORITY_SUSPENDED';
export type KeyProblem = 'KEY_NOT_VALID' | 'KEY_COMPROMISED';
export type AccountProblem = 'ACCOUNT_NOT_VALID' | 'ACCOUNT_COMPROMISED';

/** Whether `issuer` might issue `type` at that instant. */
export function issuerTrustAt(
  issuer: Issuer,
  type: CredentialType,
  atSeconds: number,
): 'good' | IssuerProblem {
  const { acceptedAt } = issuer;
  if (acceptedAt === undefined || atSeconds < acceptedAt) return 'ISSUER_NOT_ACCREDITED';
  const accreditation = accreditationAt(issuer, atSeconds);
  if (accreditation === undefined) return 'ISSUER_NOT_ACCREDITED';
  if (isSuspendedAt(issuer.suspensions, atSeconds)) return 'ISSUER_SUSPENDED';
  if (isSuspendedAt(issuer.authority.suspensions, atSeconds)) return 'AUTHORITY_SUSPENDED';
  const bit = 1 << CREDENTIAL_TYPES.indexOf(type);
  return (accreditation.types & bit) === 0 ? 'ISSUER_TYPE_NOT_ALLOWED' : 'good';
}

export function keyTrustAt(key: Grant, atSeconds: number): 'good' | KeyProblem {
  if (isCompromisedAt(key, atSeconds)) return 'KEY_COMPROMISED';
  return contains(key, atSeconds) ? 'good' : 'KEY_NOT_VALID';
}

/** @param account of the issuer that anchored, or `undefined` when the trust list has no such account */
export function accountTrustAt(account: Grant | undefined, atSeconds: number): 'good' | AccountProblem {
  if (account === undefined) return 'ACCOUNT_NOT_VALID';
  if (isCompromisedAt(account, atSeconds)) return 'ACCOUNT_COMPROMISED';
  return contains(account, atSeconds) ? 'good' : 'ACCOUNT_NOT_VALID';
}

/** What the issuer may do at that instant: the latest period that has begun, unless it is over. */
export function accreditationAt(issuer: Issuer, atSeconds: number): Accreditation | undefined {
  const current = issuer.accreditations.findLast(({ from }) => from <= atSeconds);
  return current !== undefined && atSeconds < current.until ? current : undefined;
}

function isCompromisedAt(grant: Grant, atSeconds: number): boolean {
  return grant.compromisedFrom !== undefined && grant.compromisedFrom <= atSeconds;
}
