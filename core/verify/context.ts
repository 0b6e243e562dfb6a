/** All that a verdict depends on besides the code itself. The same context and code give the same verdict. */
import type { Crypto } from '../crypto.ts';
import type { PresentedIdentity } from '../record/identity-match.ts';
import type { StatusLists } from '../status/accepted-lists.ts';
import type { LedgerState } from '../trust/ledger-state.ts';
import type { VerifyPolicy } from './policy.ts';

export interface VerifyContext {
  readonly crypto: Crypto;
  readonly state: LedgerState;
  readonly statusLists: StatusLists;
  /** Our clock, Unix seconds. */
  readonly nowSeconds: number;
  readonly policy: VerifyPolicy;
  /** The document in hand, to compare with; absent: nobody looked. */
  readonly presented?: PresentedIdentity;
}

/** The time to judge by: our clock, but never before the last block known. A clock that says nothing says 0. */
export function timeOf({ nowSeconds, state }: VerifyContext): number {
  return Math.max(Number.isFinite(nowSeconds) ? nowSeconds : 0, state.head.timeSeconds);
}
