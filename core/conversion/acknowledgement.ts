/**
 * The acknowledgement: what the ledger holds of the target's decision. Only who holds the conversion credential can
 * make it, so it tells source and holder what was decided and nobody else that anything was:
 *
 *   SHA-256("hcl/conversion-ack/1\0" ‖ jti 16 of the conversion credential ‖ decision u8)
 */
import { concatBytes } from '../bytes/concat.ts';
import { fromBase64url } from '../bytes/base64url.ts';
import type { Hex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';

/** In the order of their numbers. */
export const DECISIONS = ['accepted', 'refused', 'referred'] as const;
export type Decision = (typeof DECISIONS)[number];

/** Which value on the ledger answers which: what lets an auditor match the two sides. Both are blinded. */
export interface AnsweredNullifier {
  readonly nullifier: Hex;
  readonly acknowledgement: Hex;
}

const DOMAIN = toUtf8('hcl/conversion-ack/1\0');

/** @param jti of the conversion credential */
export function acknowledgementOf(
  crypto: Pick<Crypto, 'sha256'>,
  jti: string,
  decision: Decision,
): Uint8Array {
  return crypto.sha256(concatBytes(DOMAIN, fromBase64url(jti), Uint8Array.of(DECISIONS.indexOf(decision))));
}
