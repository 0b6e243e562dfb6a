/**
 * Records that an issuer derives itself, from facts, orders and dated rules. Nobody can hand one in: no schema of
 * intake knows them, and what stands in one is never a fact for another.
 */
import type { P256Jwk } from '../credential/key.ts';
import type { Code, HealthRecord, Subject } from './record.ts';

/** HK-VP Vaccine Pass, HK-HC Hong Kong Health Code, MO Macao Health Code, GD Yue Kang Code. */
export const SCHEMES = ['HK-VP', 'HK-HC', 'MO', 'GD'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** Each scheme knows three of them, see `core/health/schemes.ts`. */
export const COLOURS = ['blue', 'green', 'amber', 'yellow', 'red'] as const;
export type Colour = (typeof COLOURS)[number];

interface Derived {
  readonly subject: Subject;
  /** Its holder's key, which the travel credential is bound to. */
  readonly holderKey?: P256Jwk;
  /** RFC 3339 with offset: the last second. */
  readonly validUntil: string;
  /** ISO 3166-1 alpha-2: where it counts. */
  readonly country: string;
}

/** A health status: the colour of one person in one scheme. */
export interface StatusRecord extends Derived {
  readonly type: 'status';
  readonly scheme: Scheme;
  readonly state: Colour;
  /** `hk.hc` and the version of it that gave the colour. */
  readonly ruleId: string;
  readonly ruleVersion: number;
  /** Why it is not the scheme's best colour; absent: it is. */
  readonly ground?: Code;
  /** RFC 3339 with offset: since when the person has this colour. */
  readonly since: string;
  /** Id of the colour act that gave it, 32 hex digits. */
  readonly change: string;
}

/** What a converted code rests on: the kind of record and what it showed, never the record. */
export interface ConversionEvidence {
  readonly type: HealthRecord['type'];
  /** `naat-negative-recognised`. */
  readonly class: string;
  /** RFC 3339 with offset. */
  readonly collectedAt: string;
  /** DID of who gave it; absent where the mapping does not ask. */
  readonly issuer?: string;
}

/** What a holder carries from the issuer of one scheme to that of another. */
export interface ConversionRecord extends Derived {
  readonly type: 'conversion';
  /** 32 bytes, base64url: spent once on the ledger. */
  readonly nullifier: string;
  readonly sourceScheme: Scheme;
  readonly sourceState: Colour;
  /** RFC 3339 with offset. */
  readonly sourceIssuedAt: string;
  readonly sourceValidUntil: string;
  readonly evidence: readonly ConversionEvidence[];
  readonly targetScheme: Scheme;
  /** DID of the issuer that decides. */
  readonly target: string;
  /** Code of the boundary control point: `HZMB`. */
  readonly port?: string;
  /** `YYYY-MM-DD`. */
  readonly plannedOn?: string;
  /** `map.hk-mo` and the version of it in force. */
  readonly ruleId: string;
  readonly mappingVersion: number;
  readonly proposedState: Colour;
  readonly consentTextVersion: string;
  /** RFC 3339 with offset. */
  readonly consentAt: string;
}

export type DerivedRecord = StatusRecord | ConversionRecord;

/** All that credentials are made from. */
export type IssuableRecord = HealthRecord | DerivedRecord;

export const DERIVED_TYPES: readonly DerivedRecord['type'][] = ['status', 'conversion'];

export function isDerivedType(type: unknown): type is DerivedRecord['type'] {
  return DERIVED_TYPES.some((derived) => derived === type);
}
