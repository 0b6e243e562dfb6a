/**
 * The token of an officer. It names them, follows from the operator's token and from how often their tokens were taken
 * back, and opens the queue of referrals and nothing else: whose word it is on one, the token says, and who holds another
 * cannot make it say anybody else.
 *
 *   officer's number ‖ "." ‖ base64url(HMAC-SHA-256(operator's token, "hcl/officer-token/1\0" ‖ number))
 *   once taken back:                                                  "hcl/officer-token/1\0" ‖ number ‖ "\0" ‖ times
 *   O-17.3q2-7wAB…
 */
import { createHmac } from 'node:crypto';
import { isSameToken } from '../../service/bearer.ts';

/** As the routes name them. */
export const OFFICER_PATTERN = '^[A-Za-z0-9-]{1,40}$';
const OFFICER = new RegExp(OFFICER_PATTERN);

/** Whether officers may have such a number. */
export function isOfficer(number: string): boolean {
  return OFFICER.test(number);
}

/**
 * @param officer their number, {@link isOfficer}
 * @param revocations how often their tokens were taken back
 */
export function officerTokenOf(operatorToken: string, officer: string, revocations = 0): string {
  const since = revocations === 0 ? '' : `\0${revocations}`;
  const mac = createHmac('sha256', operatorToken).update(`hcl/officer-token/1\0${officer}${since}`);
  return `${officer}.${mac.digest('base64url')}`;
}

/** Whose token it is, by number; `undefined`: no officer's, or one that was taken back. */
export function officerWith(
  operatorToken: string,
  token: string,
  revocationsOf: (officer: string) => number,
): string | undefined {
  const [officer = ''] = token.split('.');
  if (!isOfficer(officer)) return undefined;
  const good = officerTokenOf(operatorToken, officer, revocationsOf(officer));
  return isSameToken(token, good) ? officer : undefined;
}
