/**
 * An issuing budget: how many records may be issued in a time, by the issuer as a whole and by each practitioner or
 * site that records name. Rules are data; what they are meant to stop is what has happened elsewhere: one doctor's 3,196
 * exemptions in 90 days, a thousand certificates in one night through a stolen login.
 */
import type { CredentialType } from '../../core/credential/credential-type.ts';
import { ConfigError, type EnvironmentReader } from '../../service/config.ts';

/** Whose records are counted together. */
export const BUDGET_SUBJECTS = ['issuer', 'practitioner', 'site'] as const;
export type BudgetSubject = (typeof BUDGET_SUBJECTS)[number];

export interface BudgetRule {
  /** Stands in metrics and logs: `hour`, `exemptions-per-practitioner`. */
  readonly name: string;
  readonly per: BudgetSubject;
  /** Only these; all when absent. */
  readonly types?: readonly CredentialType[];
  /** A sliding window; counted in 24 parts, so that up to one part more than the window counts. */
  readonly windowSeconds: number;
  /** Records in the window that are let through. */
  readonly limit: number;
  /** Only at these hours of the local day, `from` inclusive, `until` not: 22 and 6 is the night. */
  readonly hours?: { readonly from: number; readonly until: number };
  /** `alarm` lets the records through. */
  readonly action: 'refuse' | 'alarm';
}

export interface BudgetConfig {
  readonly rules: readonly BudgetRule[];
  /** Local time less UTC, for `hours`. */
  readonly utcOffsetMinutes: number;
}

export const BUDGET_DEFAULTS = {
  perHour: 100_000,
  perDay: 500_000,
  perNight: 500,
  /** Seven times what a practitioner would give who gave one every other day. */
  exemptionsPerPractitioner: 300,
  utcOffset: '+08:00',
} as const;

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const NIGHT = { from: 22, until: 6 } as const;
const NIGHT_SECONDS = 8 * HOUR_SECONDS;
const MAX_LIMIT = 1_000_000_000;

export interface BudgetLimits {
  readonly perHour: number;
  readonly perDay: number;
  readonly perNight: number;
  readonly exemptionsPerPractitioner: number;
}

export function budgetRules(limits: BudgetLimits): readonly BudgetRule[] {
  const { perHour, perDay, perNight, exemptionsPerPractitioner } = limits;
  return [
    { name: 'hour', per: 'issuer', windowSeconds: HOUR_SECONDS, limit: perHour, action: 'refuse' },
    { name: 'day', per: 'issuer', windowSeconds: DAY_SECONDS, limit: perDay, action: 'refuse' },
    {
      name: 'night',
      per: 'issuer',
      windowSeconds: NIGHT_SECONDS,
      limit: perNight,
      hours: NIGHT,
      action: 'refuse',
    },
    {
      name: 'exemptions-per-practitioner',
      per: 'practitioner',
      types: ['exemption'],
      windowSeconds: 90 * DAY_SECONDS,
      limit: exemptionsPerPractitioner,
      action: 'refuse',
    },
  ];
}

/** Reads `BUDGET_*` and `UTC_OFFSET`; throws `CONFIG_INVALID`. */
export function readBudgetConfig(env: EnvironmentReader): BudgetConfig {
  const limit = (name: string, fallback: number): number =>
    env.integer(`BUDGET_${name}`, { fallback, min: 1, max: MAX_LIMIT });
  return {
    rules: budgetRules({
      perHour: limit('HOUR', BUDGET_DEFAULTS.perHour),
      perDay: limit('DAY', BUDGET_DEFAULTS.perDay),
      perNight: limit('NIGHT', BUDGET_DEFAULTS.perNight),
      exemptionsPerPractitioner: limit('EXEMPTIONS_90D', BUDGET_DEFAULTS.exemptionsPerPractitioner),
    }),
    utcOffsetMinutes: toMinutes(env.text('UTC_OFFSET', BUDGET_DEFAULTS.utcOffset)),
  };
}

function toMinutes(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(text) ?? [];
  if (sign === undefined) {
    throw new ConfigError('CONFIG_INVALID', 'HCL_ISSUER_UTC_OFFSET must be like +08:00');
  }
  const value = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -value : value;
}
