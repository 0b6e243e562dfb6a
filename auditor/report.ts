/** What an audit answers: what it looked at, what it re-derived, and every difference by itself. */
import type { ColourCause } from '../core/health/colour-act.ts';
import type { Colour, Scheme } from '../core/record/derived.ts';
import type { BatchClass } from '../core/credential/credential-type.ts';
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';
import type { Registration } from '../core/verify/policy-rules.ts';

/**
 * A difference between the ledger and what can be re-derived. Each one fails the audit:
 * - `BATCH_MISSING` the issuer does not publish a batch that it anchored
 * - `BATCH_MISMATCHED` what it publishes does not give the anchored root, size, class or sequence
 * - `BATCH_UNREACHABLE` nobody answers, or no address is known, so nothing was re-derived
 * - `SEQUENCE_GAP` an issuer's batches or status versions do not count up by one
 * - `ACCOUNT_NOT_TRUSTED` an account anchored for an issuer that it did not belong to at that time
 * - `STATUS_MISSING`, `STATUS_MISMATCHED`, `STATUS_UNREACHABLE` the same for the newest status lists
 * - `ACTS_MISSING`, `ACTS_MISMATCHED`, `ACTS_UNREACHABLE` the same for batches of acts
 * - `ACTS_NOT_APPROVED` not two people whose approval counted approved a batch of acts
 * - `STATUS_UNEXPLAINED` a status version changed an entry without an approved act, or nobody explains it
 * - `COLOURS_UNREACHABLE` nobody shows the changes of colours
 * - `COLOUR_INCOMPLETE` a change lacks one of its parts, or does not follow on the one before it
 * - `COLOUR_NOT_ANCHORED` a change older than a day is in no anchored batch
 * - `COLOUR_NOT_APPROVED` a change by hand that the two people it names did not approve on the ledger
 * - `CONVERSIONS_UNREACHABLE` nobody accounts for conversions that are on the ledger
 * - `CONVERSIONS_MISMATCHED` an account is not of its form, or the two sides of a pair count differently
 * - `CONVERSION_UNEXPLAINED` values on the ledger are neither padding nor accounted for
 * - `CONVERSION_MISSING` a service accounts for values or batches that the ledger lacks
 * - `CONVERSION_UNMATCHED` an acknowledgement answers nothing that was spent
 */
export const FINDING_CODES = [
  'BATCH_MISSING',
  'BATCH_MISMATCHED',
  'BATCH_UNREACHABLE',
  'SEQUENCE_GAP',
  'ACCOUNT_NOT_TRUSTED',
  'STATUS_MISSING',
  'STATUS_MISMATCHED',
  'STATUS_UNREACHABLE',
  'ACTS_MISSING',
  'ACTS_MISMATCHED',
  'ACTS_UNREACHABLE',
  'ACTS_NOT_APPROVED',
  'STATUS_UNEXPLAINED',
  'COLOURS_UNREACHABLE',
  'COLOUR_INCOMPLETE',
  'COLOUR_NOT_ANCHORED',
  'COLOUR_NOT_APPROVED',
  'CONVERSIONS_UNREACHABLE',
  'CONVERSIONS_MISMATCHED',
  'CONVERSION_UNEXPLAINED',
  'CONVERSION_MISSING',
  'CONVERSION_UNMATCHED',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

export interface Finding {
  readonly code: FindingCode;
  readonly issuer: Hex;
  /** Block of the event that the finding is about. */
  readonly block: number;
  /** Root of the batch, or of the status lists; of a batch of conversions its first value. */
  readonly root: Hex;
  /** What differs, in words without personal data. */
  readonly detail: string;
}

/** One event of the ledger in its place. */
export interface HistoryEntry {
  readonly block: number;
  readonly timeSeconds: number;
  readonly event: LedgerEvent;
  /** The issuer that the event is about, if any. */
  readonly issuer?: Hex;
  readonly class?: BatchClass;
}

/** How often something happened: one row an issuer, UTC day, event and class. */
export interface HistoryCount {
  readonly issuer?: Hex;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly event: LedgerEvent['event'];
  readonly class?: BatchClass;
  readonly count: number;
}

export interface BatchTally {
  readonly batches: number;
  /** Leaves re-hashed into roots that agree. */
  readonly leaves: number;
  readonly rederived: number;
  readonly missing: number;
  readonly mismatched: number;
  readonly unreachable: number;
}

export interface StatusTally {
  readonly issuers: number;
  readonly rederived: number;
  readonly missing: number;
  readonly mismatched: number;
  readonly unreachable: number;
}

export interface ActsTally {
  /** Batches of acts on the ledger, and those that were re-derived. */
  readonly batches: number;
  readonly rederived: number;
  /** Status versions on the ledger, and those that approved acts explain whole. */
  readonly versions: number;
  readonly explained: number;
  /** Entries that these changed, and how many of them by erasures. */
  readonly changes: number;
  readonly erased: number;
}

export interface ColoursTally {
  /** That issuers show, and how many of them people made. */
  readonly changes: number;
  readonly byHand: number;
  /** Because an order was entered or released. */
  readonly byOrder: number;
  /** Younger than a day, and not anchored yet. */
  readonly waiting: number;
}

/** How many colours changed: one row an issuer, UTC day, scheme and kind of change. */
export interface ColourCount {
  readonly issuer: Hex;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly scheme: Scheme;
  /** Absent: the first colour of a person. */
  readonly from?: Colour;
  readonly to: Colour;
  readonly byHand: boolean;
  readonly cause?: ColourCause;
  readonly count: number;
}

export interface ConversionsTally {
  /** Of issuers, in one direction. */
  readonly pairs: number;
  /** Without padding. */
  readonly spent: number;
  /** Of these, answered and not. */
  readonly acknowledged: number;
  readonly open: number;
}

/** Conversions from one issuer to another. Absent: its side shows nothing that could be counted. */
export interface ConversionCount {
  readonly source: Hex;
  readonly target: Hex;
  readonly spent?: number;
  readonly acknowledged?: number;
  readonly open?: number;
  /** Since it was spent, by the ledger's time. */
  readonly oldestOpenSeconds?: number;
}

/** A policy that an authority has registered for checkpoints. */
export interface PolicyOnLedger {
  readonly jurisdiction: string;
  /** Its name. */
  readonly authority: string;
  /** Keccak-256 of its id. */
  readonly policy: Hex;
  /** Of what is in force at `head`; absent: nothing yet, or no longer. */
  readonly version?: number;
  readonly digest?: Hex;
  /** Something begins or ends after `head`. */
  readonly isAhead: boolean;
}

/** What a checkpoint says it asks of everybody. */
export interface CheckpointReport {
  readonly url: string;
  /** Why nothing could be compared. */
  readonly problem?: string;
  readonly rules: readonly {
    readonly id: string;
    readonly version: number;
    readonly jurisdiction: string;
    readonly digest: Hex;
    /** By the ledger, at `head`. */
    readonly registration: Registration;
  }[];
}

export interface AuditReport {
  readonly passed: boolean;
  readonly chainId: number;
  readonly genesisHash: Hex;
  readonly head: { readonly number: number; readonly hash: Hex; readonly timeSeconds: number };
  /** At `head`; `null` when the history does not hold together, which fails the audit whatever the findings say. */
  readonly stateRoot: Hex | null;
  /** DIDs by issuer id, for people. */
  readonly issuers: ReadonlyMap<Hex, string>;
  /** Events that the filter lets through, in ledger order. */
  readonly history: readonly HistoryEntry[];
  readonly counts: readonly HistoryCount[];
  readonly batches: BatchTally;
  readonly status: StatusTally;
  readonly acts: ActsTally;
  readonly colours: ColoursTally;
  readonly colourCounts: readonly ColourCount[];
  readonly conversions: ConversionsTally;
  readonly conversionCounts: readonly ConversionCount[];
  readonly policies: readonly PolicyOnLedger[];
  /** Absent: none was named. One that asks what is not in force, or says nothing, fails the audit. */
  readonly checkpoint?: CheckpointReport;
  readonly findings: readonly Finding[];
}
