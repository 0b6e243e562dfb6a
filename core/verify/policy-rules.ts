/**
 * Rules as data, asked about what the codes say. The steps ask; `core/policy/rulebook.ts` answers, so that a
 * checkpoint without rules never loads an engine for them.
 */
import type { JsonObject } from '../bytes/strict-json.ts';
import type { Language, Outcome, ReasonCode } from './reasons.ts';
import type { VerifiedRecord } from './verified-record.ts';

export interface RuleEvidence {
  readonly id: string;
  readonly result: 'pass' | 'fail' | 'undecided';
  /** Why it is undecided. */
  readonly doubt?: string;
  /** What it leads to when it fails. */
  readonly otherwise: Outcome;
  /** What is missing when it fails, for the person and the officer. */
  readonly message: Readonly<Record<Language, string>>;
}

export interface PolicyEvidence {
  readonly id: string;
  readonly version: number;
  readonly title: Readonly<Record<Language, string>>;
  readonly outcome: Outcome;
  readonly kind: 'accepted' | 'refused' | 'undecided';
  /** Whether its jurisdiction has these rules in force on the ledger; `unknown`: what is known of the ledger does not say. */
  readonly registered: boolean | 'unknown';
  readonly rules: readonly RuleEvidence[];
}

export interface RulesReport {
  readonly reasons: readonly ReasonCode[];
  readonly policies: readonly PolicyEvidence[];
  /** The same records give the same report until then, Unix seconds. */
  readonly holdsUntilSeconds: number;
}

/**
 * - `registered`: in force on the ledger with this content
 * - `unregistered`: the ledger has nothing under its id, or nothing yet
 * - `other`: the ledger has another content in force
 * - `withdrawn`: the ledger had one in force
 * - `unknown`: what is known of the ledger says nothing of policies
 *
 * The ledger, that is its jurisdiction's authorities, or all others where these have nothing under its id.
 */
export const REGISTRATIONS = ['registered', 'unregistered', 'other', 'withdrawn', 'unknown'] as const;
export type Registration = (typeof REGISTRATIONS)[number];

export interface RegisteredAt {
  readonly registration: Registration;
  /** The same is said until then unless the ledger says something new, Unix seconds. */
  readonly untilSeconds: number;
}

/** What the ledger says of rules (`core/policy/ledger-registry.ts`). */
export interface PolicyRegistry {
  /** Rules that are not registered are not asked. */
  readonly isRequired: boolean;
  find(
    policy: { readonly id: string; readonly jurisdiction: string; readonly json: JsonObject },
    atSeconds: number,
  ): RegisteredAt;
}

export interface PolicyRules {
  /**
   * About the records of one person, shown together, of whichever system. Does not throw.
   *
   * @param registry absent: nothing is known of what is registered, and nothing asked of it
   */
  apply(records: readonly VerifiedRecord[], nowSeconds: number, registry?: PolicyRegistry): RulesReport;
}
