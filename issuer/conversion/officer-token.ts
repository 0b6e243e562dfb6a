/**
 * The token of an officer. It names them, follows from the operator's token, and opens the queue of referrals and
 * nothing else: whose word it is on one, the token says, and who holds another cannot make it say anybody else.
 *
 *   officer's number ‖ "." ‖ base64url(HMAC-SHA-256(operator's token, "hcl/officer-token/1\0" ‖ number))
 *   O-17.3q2-7wAB…
 */
import { createHmac } from 'node:crypto';
import { isSameToken } from '../../service/bearer.ts';

const OFFICER = /^[A-Za-z0-9-]{1,40}$/;

/** Whether officers may have such a number. */
export function isOfficer(number: string): boolean {
  return OFFICER.test(number);
}

/** @param officer their number, {@link isOfficer} */
export function officerTokenOf(operatorToken: string, officer: string): string {
  const mac = createHmac('sha256', operatorToken).update(`hcl/officer-token/1\0${officer}`);
  return `${officer}.${mac.digest('base64url')}`;
}

/** Whose token it is, by number; `undefined`: no officer's. */
export function officerWith(operatorToken: string, token: string): string | undefined {
  const [officer = ''] = token.split('.');
  if (!isOfficer(officer)) return undefined;
  return isSameToken(token, officerTokenOf(operatorToken, officer)) ? officer : undefined;
}
