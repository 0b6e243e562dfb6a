/**
 * The answer to "may this person pass on this code?": one outcome, what was found out about the credential,
 * and on what knowledge.
 */
import type { Hex } from '../bytes/hex.ts';
import type { CredentialClaims, Profile } from '../credential/claims.ts';
import type { CredentialType } from '../credential/credential-type.ts';
import type { JsonValue } from '../bytes/canonical-json.ts';
import type { ForeignRecord } from '../foreign/foreign-record.ts';
import type { Occasion } from '../qr/presentation.ts';
import type { IdentityMatch } from '../record/identity-match.ts';
import type { PolicyEvidence } from './policy-rules.ts';
import type { Outcome, ReasonCode, Validity } from './reasons.ts';

/** In the order in which they are taken. */
export const STEPS = [
  'decode',
  'inclusion',
  'issuer',
  'signature',
  'validity',
  'status',
  'holder',
  'identity',
  'policy',
] as const;

export type Step = (typeof STEPS)[number];
export type StepResult = 'ok' | 'failed' | 'unconfirmed' | 'not-checked';

export interface StepReport {
  readonly step: Step;
  readonly result: StepResult;
  readonly reasons?: readonly ReasonCode[];
}

/** How far our knowledge can be relied on; `unknown` when there is none, or it cannot be told. */
export type FreshnessGrade = 'fresh' | 'ageing' | 'stale' | 'unknown';

/** Of what the answer rests on: the ledger, or for codes of other systems the operator's list of their signers. */
export type Freshness = LedgerFreshness | ListFreshness;

export interface LedgerFreshness {
  readonly basis: 'ledger';
  readonly grade: FreshnessGrade;
  /** Time of the last block known, Unix seconds; 0 when none is. */
  readonly checkpointTimeSeconds: number;
  readonly ageSeconds: number;
  /** Since the version of the credential's status list in use was anchored. */
  readonly statusAgeSeconds?: number;
}

export interface ListFreshness {
  readonly basis: 'trust-list';
  /** `ageing`: it ends soon; `stale`: it has ended; `unknown`: it names no end, or does not know the signer. */
  readonly grade: FreshnessGrade;
  /** When the list says that it was made, Unix seconds. */
  readonly listedAtSeconds?: number;
  /** The first second at which it confirms nothing, Unix seconds. */
  readonly listedUntilSeconds?: number;
}

export interface IssuerEvidence {
  readonly did: string;
  /** Name of the authority that accredited it. */
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly jurisdiction: string;
}

/** What a code of another system says: personal data, as `claims` are. */
export interface ForeignFacts {
  /** In the words of our own records. */
  readonly records: readonly ForeignRecord[];
  /** All of it, as the code says it. */
  readonly content: JsonValue;
  /** What form that has, where rules of other systems ask about it. */
  readonly schema?: 'eu-dcc';
}

export interface ForeignEvidence {
  /** Other systems keep no ledger: nothing proves when a code was made, nor that it was made in the open. */
  readonly inclusion: 'not-in-format';
  /** From the trust list, once its signature was found good. */
  readonly signer?: { readonly name: string; readonly country?: string };
  readonly expiresAtSeconds?: number;
  /** Only when the code is authentic. */
  readonly facts?: ForeignFacts;
  /** What it claims while nobody who may have signed it is known: never to be relied on. */
  readonly unverified?: ForeignFacts;
  /** What a document of a system that is not checked here is. */
  readonly explanation?: JsonValue;
}

/** Only what was found to be so. Facts of the payload appear only when the payload is authentic. */
export interface Evidence {
  /** `HCL1`, or the name of the other system whose code this is. */
  readonly format?: string;
  /** Hex of the 75-byte leaf data. */
  readonly commitment?: Hex;
  readonly kid?: string;
  /** When the credential's batch was anchored. */
  readonly anchoredAtSeconds?: number;
  readonly signature: 'checked' | 'not-checked';
  readonly issuer?: IssuerEvidence;
  readonly type?: CredentialType;
  readonly profile?: Profile;
  /** Down to the hour. */
  readonly issuedAtSeconds?: number;
  /** The verified payload. Personal data: for the screen in front of the officer, never for a log. */
  readonly claims?: CredentialClaims;
  /** Of codes of other systems. */
  readonly foreign?: ForeignEvidence;
  /** Of a dynamic code that the holder of the credential made: when, and for which gate (0 = any). */
  readonly presentation?: Occasion;
  /** How the document in hand was compared. */
  readonly identity?: IdentityMatch;
  /** What each policy of the place says, rule by rule. */
  readonly policies?: readonly PolicyEvidence[];
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly validity: Validity;
  /** All of one kind: of bad evidence, of what could not be decided, or of the rules. Empty = nothing to say. */
  readonly reasons: readonly ReasonCode[];
  readonly freshness: Freshness;
  readonly policy: { readonly id: string; readonly version: number };
  /** One for each of {@link STEPS}. */
  readonly steps: readonly StepReport[];
  readonly evidence: Evidence;
}
