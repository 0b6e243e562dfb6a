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

export interface Subject {
  /** Latin letters, as on the document: `CHAN, TAI MAN`. One of `nameEn` and `nameZh` is present. */
  readonly nameEn?: string;
  readonly nameZh?: string;
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: documents exist that know no more. */
  readonly dob: string;
  readonly sex?: Sex;
  readonly docType: DocumentType;
  readonly docNumber: string;
  /** ISO 3166-1 alpha-2; `HK`, `MO` and `CN` are separate. */
  readonly docIssuer: string;
}

export interface VaccinationRecord {
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
  readonly centre?: string;
  readonly practitioner?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export interface TestRecord {
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

export type HealthRecord = VaccinationRecord | TestRecord;
