/** Step 5 for codes of other systems, and whether their signer's certificate was valid, then and now. */
import type { ForeignContent, Signer } from '../../foreign/foreign-code.ts';
import type { ForeignRecord } from '../../foreign/foreign-record.ts';
import { toUnixSeconds } from '../../record/calendar.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';

export function foreignValidityProblems(
  { expiresAtSeconds, issuedAtSeconds, notBeforeSeconds, records }: ForeignContent,
  nowSeconds: number,
  { clockSkewSeconds }: VerifyPolicy,
  trail: Trail,
): readonly ReasonCode[] {
  const reasons: ReasonCode[] = [];
  if (issuedAtSeconds !== undefined && nowSeconds < issuedAtSeconds - clockSkewSeconds) {
    trail.changesAt(issuedAtSeconds - clockSkewSeconds);
    reasons.push('ISSUED_IN_FUTURE');
  }
  if (notBeforeSeconds !== undefined && nowSeconds < notBeforeSeconds - clockSkewSeconds) {
    trail.changesAt(notBeforeSeconds - clockSkewSeconds);
    reasons.push('NOT_YET_VALID');
  }
  if (expiresAtSeconds !== undefined) {
    trail.changesAt(expiresAtSeconds + clockSkewSeconds);
    if (nowSeconds >= expiresAtSeconds + clockSkewSeconds) reasons.push('EXPIRED');
  }
  return [...new Set([...reasons, ...records.flatMap((record) => recordProblems(record, nowSeconds))])];
}

/** What the record itself says of time, wherever on Earth its days are counted. */
function recordProblems(record: ForeignRecord, nowSeconds: number): readonly ReasonCode[] {
  const happened = startOf(dayOf(record)) ?? -Infinity;
  return [
    ...(nowSeconds < happened - 14 * HOUR ? (['ISSUED_IN_FUTURE'] as const) : []),
    ...termProblems(record, nowSeconds),
  ];
}

function dayOf(record: ForeignRecord): string | undefined {
  switch (record.type) {
    case 'vaccination':
      return record.date;
    case 'test':
      return record.collectedAt?.slice(0, 'YYYY-MM-DD'.length);
    case 'recovery':
      return record.firstPositiveOn;
    case 'exemption':
      return undefined;
  }
}

/** The days for which a certificate of recovery or exemption is good: its signature lasts longer. */
function termProblems(record: ForeignRecord, nowSeconds: number): readonly ReasonCode[] {
  if (record.type !== 'recovery' && record.type !== 'exemption') return [];
  const validFrom = record.type === 'recovery' ? record.validFrom : undefined;
  const firstDay = startOf(validFrom) ?? -Infinity;
  const lastDay = startOf(record.validUntil) ?? Infinity;
  return [
    ...(nowSeconds < firstDay - 14 * HOUR ? (['NOT_YET_VALID'] as const) : []),
    ...(nowSeconds >= lastDay + (24 + 12) * HOUR ? (['EXPIRED'] as const) : []),
  ];
}

const HOUR = 3600;

function startOf(date: string | undefined): number | undefined {
  return date === undefined ? undefined : toUnixSeconds(`${date}T00:00:00Z`);
}

/** A certificate signs within its validity, and what it signed is good as long as it is. */
export function signerValidityProblems(
  { issuedAtSeconds }: ForeignContent,
  { notBeforeSeconds = -Infinity, notAfterSeconds = Infinity }: Signer,
  nowSeconds: number,
  { clockSkewSeconds }: VerifyPolicy,
): readonly ReasonCode[] {
  const isWithin = (seconds: number): boolean =>
    seconds >= notBeforeSeconds - clockSkewSeconds && seconds <= notAfterSeconds + clockSkewSeconds;
  const isGood = isWithin(nowSeconds) && (issuedAtSeconds === undefined || isWithin(issuedAtSeconds));
  return isGood ? [] : ['KEY_NOT_VALID'];
}
