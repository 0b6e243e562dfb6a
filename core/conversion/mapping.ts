/**
 * A mapping: what the target authority makes of the source authority's states, in one direction, as data that both
 * have approved. Its JSON form is in `mapping-form.ts`, how it is applied in `evaluate.ts`, our defaults in
 * `mappings/`. The ledger names a version by its digest and says from when on it holds.
 */
import { toCanonicalJson } from '../bytes/canonical-json.ts';
import type { JsonObject } from '../bytes/strict-json.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';
import type { Source, Texts } from '../policy/policy.ts';
import type { Colour, ConversionEvidence, Scheme } from '../record/derived.ts';
import type { EvidenceClass } from './evidence.ts';

/** One end of a mapping. */
export interface MappingEnd {
  /** As the ledger's trust list names it: `HK-DH`. */
  readonly authority: string;
  readonly scheme: Scheme;
}

/** Hours from the moment on, or whole days of the place: 3 = until the end of the third day after. */
export interface Span {
  readonly amount: number;
  readonly unit: 'hours' | 'calendarDays';
}

/** `refer`: an officer decides; `refuse`: nobody may convert it. */
export type StateRule =
  { readonly do: 'convert'; readonly to: Colour } | { readonly do: 'refer' } | { readonly do: 'refuse' };

export interface EvidenceRule {
  readonly type: ConversionEvidence['type'];
  readonly class: EvidenceClass;
  /** How long it counts after it was collected. */
  readonly within: Span;
  /** DIDs of those whose word counts; absent: of every issuer on the ledger. */
  readonly issuers?: readonly string[];
}

/** Who arrives needs a booked place. */
export interface BookingDemand {
  /** At these ports; absent: at all of them. */
  readonly ports?: readonly string[];
}

export interface Mapping {
  readonly id: string;
  readonly version: number;
  readonly title: Texts;
  readonly source: MappingEnd;
  readonly target: MappingEnd;
  /** It never counts before, whatever the ledger says. Unix seconds. */
  readonly fromSeconds: number;
  /** Of the clocks by which days are counted. */
  readonly offsetSeconds: number;
  /** A state that is not here is not mapped: an officer decides. */
  readonly states: Readonly<Partial<Record<Colour, StateRule>>>;
  /** All of it is needed. */
  readonly evidence: readonly EvidenceRule[];
  /** The longest that the target lets its own code count, from the day or moment of the conversion on. */
  readonly longest: Span;
  /** Boundary control points that there are between the two. */
  readonly ports: readonly string[];
  /** Absent: nobody needs a booked place. */
  readonly booking?: BookingDemand;
  readonly sources: readonly Source[];
  readonly json: JsonObject;
}

/** Whether who comes this way needs a booked place. Who names no port might come by any. */
export function needsBooking({ booking }: Pick<Mapping, 'booking'>, port: string | undefined): boolean {
  if (booking === undefined) return false;
  return booking.ports === undefined || port === undefined || booking.ports.includes(port);
}

/** The name of a mapping's content on the ledger: SHA-256 of its RFC 8785 bytes, 32 bytes. */
export function mappingDigest(crypto: Pick<Crypto, 'sha256'>, { json }: Pick<Mapping, 'json'>): Uint8Array {
  return crypto.sha256(toUtf8(toCanonicalJson(json)));
}
