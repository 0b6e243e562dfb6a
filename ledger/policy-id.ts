/** How the ledger names a policy under its authority. */
import { toHex, type Hex } from '../core/bytes/hex.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import { keccak256 } from './keccak.ts';

/** `hk.vp` → the policy's 32 bytes on the ledger: Keccak-256 of its id. */
export function policyIdOf(policyId: string): Hex {
  return toHex(keccak256(toUtf8(policyId)));
}
