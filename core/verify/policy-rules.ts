/**
 * Rules as data, asked about what the codes say. The steps ask; `core/policy/rulebook.ts` answers, so that a
 * checkpoint without rules never loads an engine for them.
 */
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
  readonly rules: readonly RuleEvidence[];
}

export interface RulesReport {
  readonly reasons: readonly ReasonCode[];
  readonly policies: readonly PolicyEvidence[];
  /** The same records give the same report until then, Unix seconds. */
  readonly holdsUntilSeconds: number;
}

export interface PolicyRules {
  /** About the records of one person, shown together, of whichever system. Does not throw. */
  apply(records: readonly VerifiedRecord[], nowSeconds: number): RulesReport;
}
