/** Specimens of the kinds of record that have no fixture in `consortium.ts`, good at `START_SECONDS`. */
import type { ConversionRecord, DerivedRecord, StatusRecord } from '../../core/record/derived.ts';
import type {
  DeclarationRecord,
  DocumentRef,
  ExemptionRecord,
  HealthRecord,
  RecoveryRecord,
} from '../../core/record/record.ts';
import { testRecord, vaccinationRecord } from './consortium.ts';

/** Of the person of `vaccinationRecord`. */
export const HOME_VISIT_PERMIT: DocumentRef = { docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' };

export function recoveryRecord(changes: Partial<RecoveryRecord> = {}): RecoveryRecord {
  return {
    type: 'recovery',
    subject: vaccinationRecord().subject,
    disease: 'sct|840539006',
    firstPositiveOn: '2022-11-20',
    recoveredOn: '2022-12-04',
    basis: 'hcl|naat',
    country: 'HK',
    ...changes,
  };
}

export function exemptionRecord(changes: Partial<ExemptionRecord> = {}): ExemptionRecord {
  return {
    type: 'exemption',
    subject: testRecord().subject,
    disease: 'sct|840539006',
    scope: ['eu|CoronaVac', 'sct|1119349007'],
    reason: 'hcl|contraindication',
    assessedOn: '2022-12-12',
    validUntil: '2023-03-12',
    practitioner: 'M01234',
    centre: 'CLINIC-007',
    country: 'HK',
    ...changes,
  };
}

export function declarationRecord(changes: Partial<DeclarationRecord> = {}): DeclarationRecord {
  return {
    type: 'declaration',
    subject: { ...vaccinationRecord().subject, linked: [HOME_VISIT_PERMIT] },
    tripId: 'TRIP-2022-1',
    direction: 'hcl|inbound',
    port: 'HZMB',
    plannedAt: '2022-12-21T15:00:00+08:00',
    stays: [
      { country: 'CN', region: '440400', place: 'Zhuhai', from: '2022-12-07', to: '2022-12-18' },
      { country: 'MO', from: '2022-12-18', to: '2022-12-20' },
    ],
    symptoms: ['sct|49727002'],
    contact: 'hcl|yes',
    contactOn: '2022-12-10',
    address: 'Specimen Building, Kowloon',
    statement: '2022-12-zh-Hant-3',
    declaredAt: '2022-12-20T20:00:00+08:00',
    country: 'HK',
    ...changes,
  };
}

/** One good record of every kind. */
export const EVERY_KIND: { readonly [Type in HealthRecord['type']]: Extract<HealthRecord, { type: Type }> } =
  {
    vaccination: vaccinationRecord(),
    test: testRecord(),
    recovery: recoveryRecord(),
    exemption: exemptionRecord(),
    declaration: declarationRecord(),
  };

export function statusRecord(changes: Partial<StatusRecord> = {}): StatusRecord {
  return {
    type: 'status',
    subject: vaccinationRecord().subject,
    scheme: 'HK-HC',
    state: 'red',
    ruleId: 'hk.hc',
    ruleVersion: 1,
    ground: 'hcl|under-order',
    since: '2022-12-21T09:15:00+08:00',
    change: '00112233445566778899aabbccddeeff',
    validUntil: '2022-12-21T23:59:59+08:00',
    country: 'HK',
    ...changes,
  };
}

export function conversionRecord(changes: Partial<ConversionRecord> = {}): ConversionRecord {
  return {
    type: 'conversion',
    subject: vaccinationRecord().subject,
    nullifier: 'A'.repeat(43),
    sourceScheme: 'HK-HC',
    sourceState: 'green',
    sourceIssuedAt: '2022-12-21T07:40:00+08:00',
    sourceValidUntil: '2022-12-21T23:59:59+08:00',
    evidence: [{ type: 'test', class: 'naat-negative-recognised', collectedAt: '2022-12-20T09:15:00+08:00' }],
    targetScheme: 'MO',
    target: 'did:web:ssm.mo.example',
    port: 'HZMB',
    plannedOn: '2022-12-21',
    ruleId: 'map.hk-mo',
    mappingVersion: 1,
    proposedState: 'green',
    consentTextVersion: '2022-12-zh-Hant-3',
    consentAt: '2022-12-21T16:20:00+08:00',
    validUntil: '2022-12-21T23:59:59+08:00',
    country: 'MO',
    ...changes,
  };
}

/** One good record of every kind that is derived. */
export const EVERY_DERIVED: {
  readonly [Type in DerivedRecord['type']]: Extract<DerivedRecord, { type: Type }>;
} = { status: statusRecord(), conversion: conversionRecord() };
