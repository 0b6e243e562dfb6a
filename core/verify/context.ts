/** All that a verdict depends on besides the code itself. The same context and code give the same verdict. */
import type { Crypto } from '../crypto.ts';
import type { ForeignTrust } from '../foreign/foreign-trust.ts';
import type { PresentedIdentity } from '../record/identity-match.ts';
import type { StatusLists } from '../status/accepted-lists.ts';
import type { LedgerState } from '../trust/ledger-state.ts';
import type { RootIndex } from '../trust/root-index.ts';
import type { VerifyPolicy } from './policy.ts';
import type { PolicyRegistry } from './policy-rules.ts';

/** What verdicts ask of the ledger: all of it from a replica, what a device needs of it from a bundle. */
export interface LedgerKnowledge extends Pick<LedgerState, 'head' | 'version' | 'trust' | 'statusAnchors'> {
  readonly roots: Pick<RootIndex, 'find' | 'size'>;
  /** Roots of the short-lived class that were anchored before are not held; absent: all are. */
  readonly shortRootsFromSeconds?: number;
}

export interface VerifyContext {
  readonly crypto: Crypto;
  readonly state: LedgerKnowledge;
  readonly statusLists: StatusLists;
  /** Our clock, Unix seconds. */
  readonly nowSeconds: number;
  readonly policy: VerifyPolicy;
  /** Whose codes of other systems are trusted; absent: nobody's. */
  readonly foreignTrust?: ForeignTrust;
  /** What `state` says of the policy's rules; absent: nothing is known of that. */
  readonly registry?: PolicyRegistry;
  /** `nowSeconds` is a time that somebody asks about, not a clock's: it may lie before the last block known. */
  readonly isTimeGiven?: boolean;
  /** The document in hand, to compare with; absent: nobody looked. */
  readonly presented?: PresentedIdentity;
  /** Number of the gate where the code is shown; absent: one without a number. */
  readonly gate?: number;
  /** A dynamic code is for this audience alone (`core/qr/presentation.ts`); absent: it is shown at a gate. */
  readonly audience?: Uint8Array;
}

/** Our clock and the last block known. */
export interface Moment {
  readonly nowSeconds: number;
  readonly state: Pick<LedgerState, 'head'>;
}

/** The time to judge by: our clock, but never before the last block known. A clock that says nothing says 0. */
export function timeOf({ nowSeconds, state }: Moment): number {
  return Math.max(Number.isFinite(nowSeconds) ? nowSeconds : 0, state.head.timeSeconds);
}

/** As {@link timeOf} for codes that are on no ledger: a time that is asked about counts as it is. */
export function foreignTimeOf(context: VerifyContext): number {
  return context.isTimeGiven === true ? context.nowSeconds : timeOf(context);
}
