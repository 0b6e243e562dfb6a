/**
 * The records that credentials are made from: facts only, never a verdict. Off the ledger. An absent fact is
 * an absent field, never an empty string. A code carries its system: `sct|840539006`, `eu|EU/1/20/1528`.
 */

/**
 * `<system>|<code>`. Systems: `sct` SNOMED CT, `loinc` LOINC, `icd11` ICD-11, `atc` ATC, `cvx` CVX,
 * `eu` the EU eHealth Network value sets, `hcl` ours.
 */
export type Code = `${string}|${string}`;

export type Sex = 'F' | 'M' | 'X' | 'U';

/** HVP = Home Visit Permit, EEP = mainland permit to Hong Kong and Macao, MOBIR = Macao identity card. */
export type DocumentType = 'HKID' | 'HKBC' | 'HKEC' | 'PASSPORT' | 'HVP' | 'EEP' | 'MOBIR' | 'CNID' | 'OTHER';

/** An identity document. */
export interface DocumentRef {
  readonly docType: DocumentType;
  readonly docNumber: string;
  /** ISO 3166-1 alpha-2; `HK`, `MO` and `CN` are separate. */
  readonly docIssuer: string;
}

/** A person with the document that the record was made out for. */
export interface Subject extends DocumentRef {
  /** Latin letters, as on the document: `CHAN, TAI MAN`. One of `nameEn` and `nameZh` is present. */
  readonly nameEn?: string;
  readonly nameZh?: string;
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: documents exist that know no more. */
  readonly dob: string;
  readonly sex?: Sex;
  /** Other documents of the same person, at the person's request: the one carried may be another than the one here. */
  readonly linked?: readonly DocumentRef[];
}

/** Of a record that is issued again here from a code or document of elsewhere; absent: it is the issuer's own. */
export interface OriginFacts {
  /** What showed it: `hcl|foreign-code` one whose signature was checked, `hcl|foreign-document` one that was seen. */
  readonly origin?: Code;
  /** Who issued it there. */
  readonly authority?: string;
  /** Who checked it here, by number. */
  readonly checkedBy?: string;
  /** Keyed name of the original at the issuer, 22 characters: the same code again is found by it. */
  readonly originalId?: string;
}

export interface VaccinationRecord extends OriginFacts {
  readonly type: 'vaccination';
  readonly subject: Subject;
  readonly disease: Code;
  readonly prophylaxis?: Code;
  readonly product: Code;
  readonly manufacturer?: Code;
  readonly doseNumber: number;
  readonly seriesDoses?: number;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly lot?: string;
  /** `YYYY-MM-DD`, the last day on which the lot may be given. */
  readonly lotExpiresOn?: string;
  readonly centre?: string;
  readonly practitioner?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export interface TestRecord extends OriginFacts {
  readonly type: 'test';
  readonly subject: Subject;
  readonly disease: Code;
  /** `loinc|LP6464-4` nucleic acid, `loinc|LP217198-3` rapid antigen. */
  readonly method: Code;
  readonly specimen?: Code;
  /** `sct|260415000` not detected, `sct|260373001` detected, `sct|419984006` inconclusive, `sct|125154007` unsatisfactory. */
  readonly result: Code;
  readonly specimenId?: string;
  readonly kit?: string;
  /** RFC 3339 with offset: counting rules start here. */
  readonly collectedAt: string;
  readonly reportedAt?: string;
  readonly laboratory: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export interface RecoveryRecord extends OriginFacts {
  readonly type: 'recovery';
  readonly subject: Subject;
  readonly disease: Code;
  /** `YYYY-MM-DD`: the sample that was positive first. */
  readonly firstPositiveOn: string;
  /** `YYYY-MM-DD`: discharge, or the day that the health authority counts as recovery. */
  readonly recoveredOn?: string;
  /** What shows the infection: `hcl|naat`, `hcl|rat-declared`, `hcl|hospital`, `hcl|isolation-order`, `hcl|non-local`. */
  readonly basis: Code;
  /** The document that was seen; needed for `hcl|non-local`. */
  readonly evidence?: string;
  /** `YYYY-MM-DD`, first and last day. Without `validUntil`: 180 days after recovery. */
  readonly validFrom?: string;
  readonly validUntil?: string;
  /** ISO 3166-1 alpha-2: where the infection was found. */
  readonly country: string;
}

export interface ExemptionRecord {
  readonly type: 'exemption';
  readonly subject: Subject;
  readonly disease: Code;
  /** Vaccines, by product or kind; absent: all that protect against the disease. */
  readonly scope?: readonly Code[];
  /** `hcl|contraindication`, `hcl|deferral` or `hcl|other`; a diagnosis stands nowhere. */
  readonly reason: Code;
  /** `YYYY-MM-DD`. */
  readonly assessedOn: string;
  /** `YYYY-MM-DD`, the last day; at most 180 days after `assessedOn`, 90 where absent. */
  readonly validUntil?: string;
  /** Registration number of the doctor: exemptions are withdrawn by it. */
  readonly practitioner: string;
  readonly centre?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Where the person stayed in the days before. */
export interface Stay {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** GB/T 2260, six digits; only in `CN`. */
  readonly region?: string;
  readonly place?: string;
  /** `YYYY-MM-DD`, first and last day. */
  readonly from: string;
  readonly to: string;
}

/** What a traveller declares; good for 96 hours. */
export interface DeclarationRecord {
  readonly type: 'declaration';
  readonly subject: Subject;
  readonly tripId?: string;
  /** `hcl|inbound` or `hcl|outbound`, as `country` sees it. */
  readonly direction: Code;
  /** Code of the boundary control point: `HZMB`. */
  readonly port?: string;
  /** RFC 3339 with offset: the crossing. */
  readonly plannedAt?: string;
  readonly stays?: readonly Stay[];
  /** SNOMED CT codes of the form, or `hcl|none` alone. */
  readonly symptoms: readonly Code[];
  /** Whether there was contact with a confirmed case: `hcl|yes` or `hcl|no`. */
  readonly contact: Code;
  /** `YYYY-MM-DD`, the last such contact. */
  readonly contactOn?: string;
  readonly address?: string;
  /** Version of the statement of truth that was signed. */
  readonly statement: string;
  /** RFC 3339 with offset. */
  readonly declaredAt: string;
  /** ISO 3166-1 alpha-2: the place it is made to. */
  readonly country: string;
}

export type HealthRecord =
  VaccinationRecord | TestRecord | RecoveryRecord | ExemptionRecord | DeclarationRecord;
