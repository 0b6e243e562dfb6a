/** A derived colour → the record that its code is made from. */
import type { DerivedColour } from '../../core/health/derive.ts';
import { SCHEME_FORMS } from '../../core/health/schemes.ts';
import type { StatusRecord } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import type { HeldColour } from './health-file.ts';
import type { Asked } from './recolour.ts';

export function toStatusRecord(
  subject: Subject,
  {
    asked,
    colour,
    held,
  }: { readonly asked: Asked; readonly colour: DerivedColour; readonly held: HeldColour },
): StatusRecord {
  const { scheme, holderKey, untilSeconds = Infinity } = asked;
  const { state, ruleId, ruleVersion, ground, validUntilSeconds } = colour;
  return {
    type: 'status',
    subject,
    scheme,
    state,
    ruleId,
    ruleVersion,
    ...(ground === undefined ? {} : { ground }),
    since: momentOf(held.sinceSeconds),
    change: held.change,
    validUntil: momentOf(Math.min(validUntilSeconds, untilSeconds)),
    country: SCHEME_FORMS[scheme].country,
    ...(holderKey === undefined ? {} : { holderKey }),
  };
}

const OFFSET_SECONDS = 8 * 3_600;

/** RFC 3339 at UTC+8, where all schemes count. */
export function momentOf(unixSeconds: number): string {
  return `${new Date((unixSeconds + OFFSET_SECONDS) * 1000).toISOString().slice(0, 19)}+08:00`;
}
