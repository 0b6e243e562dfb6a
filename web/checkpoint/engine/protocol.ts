/** What the page and the engine's worker say to each other: one answer for each request, in any order. */
import type { BundleErrorCode } from '../../../core/bundle/errors.ts';
import type { DeltaLine } from '../../../core/bundle/follow-deltas.ts';
import type { Hex } from '../../../core/bytes/hex.ts';
import type { PresentedIdentity } from '../../../core/record/identity-match.ts';
import type { PolicyEvidence } from '../../../core/verify/policy-rules.ts';
import type { Outcome, ReasonCode, Validity } from '../../../core/verify/reasons.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import type { CheckpointPolicy, RulePassage } from './checkpoint-policy.ts';
import type { PageProblem } from '../../../core/bundle/day-pages.ts';
import type { TrustListErrorCode } from '../../../core/foreign/trust-error.ts';
import type { FetchErrorCode } from './fetch-file.ts';
import type { Stated, StatedFact } from './stated.ts';

export interface VerifyQuestion {
  /** Codes of one person: one, or several that count together. */
  readonly texts: readonly string[];
  readonly policy: CheckpointPolicy;
  /** Unix seconds, of the page's clock. */
  readonly nowSeconds: number;
  /** The document in hand; absent: nobody looked. */
  readonly presented?: PresentedIdentity;
  /** Absent: nobody was asked. */
  readonly stated?: Stated;
}

export interface UpdateQuestion {
  readonly nowSeconds: number;
  /** Absent: to the latest; `hours`: with fewer bytes, to what was published as an hour began. */
  readonly line?: DeltaLine;
}

export type EngineRequest =
  | { readonly kind: 'verify'; readonly question: VerifyQuestion }
  | { readonly kind: 'are-rules-in-force'; readonly passage: RulePassage; readonly nowSeconds: number }
  /** `bundle-trust.json`: which ledger, and who signs for it at first. */
  | { readonly kind: 'trust-bundles-of'; readonly bytes: Uint8Array }
  | { readonly kind: 'restore'; readonly kept: Kept }
  | ({ readonly kind: 'update' } & UpdateQuestion)
  | { readonly kind: 'write-down' }
  /** A trust list of other systems (docs/foreign-codes.md). */
  | { readonly kind: 'trust-foreign'; readonly bytes: Uint8Array; readonly nowSeconds: number };

/** What a device knows, as it outlives the page: bundles count by the word of their signers alone. */
export interface Kept {
  /** A full one. */
  readonly bundle: Uint8Array;
  /** Who signed it, of the form of `bundle-trust.json`. */
  readonly trust: Uint8Array;
  /** Those that came after it, in their order, by the same signers. */
  readonly deltas: readonly Uint8Array[];
}

/** As of when a state holds: of two with the same last block the one signed later knows more. */
export type AsOf = Pick<Known, 'blockNumber' | 'timeSeconds'>;

/** A delta that an update was made of, where it was deltas alone and the signers stayed. */
export interface Step {
  readonly from: AsOf;
  readonly to: AsOf;
  readonly delta: Uint8Array;
}

/** A decision on one person. */
export interface Decision {
  readonly outcome: Outcome;
  readonly validity: Validity;
  readonly reasons: readonly ReasonCode[];
  readonly policy: { readonly id: string; readonly version: number };
  readonly policies: readonly PolicyEvidence[];
  /** Each code's own verdict. */
  readonly parts: readonly Verdict[];
  /** What the rules in force ask an officer; absent: nothing. */
  readonly asks?: readonly StatedFact[];
  /** What the officer said to that: the decision rests on it too. */
  readonly stated?: Stated;
  /** The roots of a code's day are not here any more, and could not be had again. */
  readonly pageProblem?: PageProblem;
  /** A newer list than this device holds can change the answer, and there is none yet. */
  readonly listProblem?: ListProblem;
}

/** What is known of the ledger after a request. */
export interface Known {
  /** -1: nothing is known. */
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Of the last block known, Unix seconds; 0: none is. */
  readonly timeSeconds: number;
  readonly issuers: number;
  readonly roots: number;
  readonly statusLists: number;
}

/** Why new knowledge was not taken; what was known before stays. `ENGINE_FAILED`: the fault is the page's own. */
export type LearnProblem = Exclude<BundleErrorCode, 'BUNDLE_PAGE_OTHER'> | FetchErrorCode | 'ENGINE_FAILED';

/** Why a list that is older than a code, or than it may be, could not be renewed. */
export type ListProblem = LearnProblem | 'NO_NEWER_YET';

export type EngineAnswer =
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'known'; readonly known: Known; readonly steps?: readonly Step[] }
  /** All that is known, without deltas. */
  | { readonly kind: 'written'; readonly kept: Kept; readonly asOf: AsOf }
  | { readonly kind: 'refused'; readonly problem: LearnProblem; readonly known: Known }
  | { readonly kind: 'rules'; readonly areInForce: boolean }
  | { readonly kind: 'trusted' }
  | { readonly kind: 'trust-refused'; readonly code: TrustListErrorCode }
  /** Nothing was decided, learnt or trusted: the fault is the engine's own. */
  | { readonly kind: 'failed' };

export interface Envelope<Content> {
  readonly id: number;
  readonly content: Content;
}
