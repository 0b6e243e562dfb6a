/**
 * A policy: what one place asks of one kind of traveller in one period, as data. Its JSON form is in
 * `policy-form.ts`, how it is evaluated in `evaluate.ts`, an example in `rules/`.
 */
import type { JsonObject } from '../bytes/strict-json.ts';
import type { Language, Outcome } from '../verify/reasons.ts';
import type { LeapDayBirthday } from './civil-day.ts';
import type { Expression } from './expression.ts';
import type { Window } from './window.ts';

export type Texts = Readonly<Record<Language, string>>;

/** What a failed rule leads to; a rule that holds leads to `pass`. */
export type Otherwise = Exclude<Outcome, 'pass'>;

export interface Rule {
  readonly id: string;
  /** CertLogic over `payload` (person, records) and `external` (trip, value sets): true = the rule holds. */
  readonly logic: Expression;
  /** Paths of facts without which the rule cannot be decided: absent is not the same as no. */
  readonly needs: readonly string[];
  readonly otherwise: Otherwise;
  /** What is missing, for the person and the officer. */
  readonly message: Texts;
}

/** The ages that rules compare with, `[12, 18]`; `every`: they do something else with an age. */
export type AgeLimits = readonly number[] | 'every';

/** Where a rule is known from. `H` would build on it, `M` keep configurable, `L` do not rely on it. */
export interface Source {
  readonly ref: string;
  readonly says: string;
  readonly confidence: 'H' | 'M' | 'L';
}

/**
 * Whom a policy is for: a value or a pattern for each. `*` stands for one part: `port:*`, `*>HK`; alone for
 * everything.
 */
export interface Scope {
  /** `port:HZMB`, `venue:active`. */
  readonly places: readonly string[];
  /** `MO>HK`, and `-` inside a place. */
  readonly routes: readonly string[];
  /** `resident`, `visitor`. */
  readonly travellers: readonly string[];
}

export interface Policy {
  readonly id: string;
  readonly version: number;
  /** What it is about: policies on different topics apply side by side. */
  readonly topic: string;
  readonly title: Texts;
  /** ISO 3166-1 alpha-2 of who decides; `ZZ` for a rule that is nobody's alone. */
  readonly jurisdiction: string;
  /** Unix seconds: first moment in force. */
  readonly fromSeconds: number;
  /** First moment no longer in force; absent: open. */
  readonly untilSeconds?: number;
  readonly scope: Scope;
  readonly offsetSeconds: number;
  readonly leapDayBirthday: LeapDayBirthday;
  readonly windows: ReadonlyMap<string, Window>;
  readonly valueSets: JsonObject;
  readonly rules: readonly Rule[];
  /** How the rules look at the person's age; absent: not at all. */
  readonly ages?: AgeLimits;
  readonly sources: readonly Source[];
  /** As it was written: what the digest is over. */
  readonly json: JsonObject;
}

export function isEffective({ fromSeconds, untilSeconds = Infinity }: Policy, seconds: number): boolean {
  return fromSeconds <= seconds && seconds < untilSeconds;
}

/** `hk.vp@3`. */
export function nameOf({ id, version }: Pick<Policy, 'id' | 'version'>): string {
  return `${id}@${version}`;
}
