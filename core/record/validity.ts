/**
 * For how long a record is good for anything: first and last day or second, for those kinds that end. Days are
 * those of Hong Kong, Macao and the mainland (UTC+8), and a last day counts whole.
 *
 * | kind        | from        | until, where the record does not say                                        |
 * | ----------- | ----------- | --------------------------------------------------------------------------- |
 * | recovery    | `validFrom` | 180 days after recovery (Hong Kong, from 19 April 2022; the EU's limit too)   |
 * | exemption   |             | 90 days after assessment, at most 180 (Hong Kong)                           |
 * | declaration |             | 96 hours after it was made (Hong Kong)                                      |
 * | status      |             | always says it: a health code of Hong Kong ends with the day                |
 * | conversion  |             | always says it                                                              |
 *
 * How long a vaccination or a test counts is the business of the policy that asks for it.
 */
import { invariant } from '../errors.ts';
import { toUnixSeconds, toUtcDate } from './calendar.ts';
import type { IssuableRecord } from './derived.ts';

export const MAX_RECOVERY_DAYS = 180;
export const MAX_EXEMPTION_DAYS = 180;
export const DECLARATION_SECONDS: number = 96 * 3600;
const DEFAULT_EXEMPTION_DAYS = 90;

const DAY_SECONDS = 86_400;

export interface Validity {
  /** Unix seconds. */
  readonly notBeforeSeconds?: number;
  /** Unix seconds, the first one at which the record is over. */
  readonly expiresAtSeconds?: number;
}

/** @param record as `validateRecord` or `isDerivedRecord` lets it through */
export function validityOf(record: IssuableRecord): Validity {
  switch (record.type) {
    case 'vaccination':
    case 'test':
      return {};
    case 'recovery': {
      const { firstPositiveOn, recoveredOn = firstPositiveOn, validFrom, validUntil } = record;
      return {
        ...(validFrom === undefined ? {} : { notBeforeSeconds: startOfDay(validFrom) }),
        expiresAtSeconds: endOfDay(validUntil ?? lastDayOf(recoveredOn, MAX_RECOVERY_DAYS)),
      };
    }
    case 'exemption': {
      const { assessedOn, validUntil } = record;
      return { expiresAtSeconds: endOfDay(validUntil ?? lastDayOf(assessedOn, DEFAULT_EXEMPTION_DAYS)) };
    }
    case 'declaration':
      return { expiresAtSeconds: Math.floor(secondsOf(record.declaredAt)) + DECLARATION_SECONDS };
    case 'status':
    case 'conversion':
      // The last second counts whole.
      return { expiresAtSeconds: Math.floor(secondsOf(record.validUntil)) + 1 };
  }
}

/** The day `days` after the calendar date `day`. */
export function lastDayOf(day: string, days: number): string {
  return toUtcDate(secondsOf(`${day}T00:00:00Z`) + days * DAY_SECONDS);
}

function startOfDay(day: string): number {
  return secondsOf(`${day}T00:00:00+08:00`);
}

function endOfDay(day: string): number {
  return startOfDay(day) + DAY_SECONDS;
}

/** Of a time that was checked. */
function secondsOf(text: string): number {
  const seconds = toUnixSeconds(text);
  invariant(seconds !== undefined, 'a record that was checked has only times that exist');
  return seconds;
}
