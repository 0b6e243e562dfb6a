/** FHIR resources of `vaccinationRecord` and a test of the same person, to be changed by tests. */
export type Json = Readonly<Record<string, unknown>>;

export const SNOMED = 'http://snomed.info/sct';

export const PATIENT: Json = {
  resourceType: 'Patient',
  id: 'p',
  identifier: [{ system: 'urn:hcl:document:HKID', value: 'A1234563' }],
  name: [
    { use: 'official', family: 'CHAN', given: ['TAI', 'MAN'] },
    { use: 'official', text: '陳大文' },
  ],
  birthDate: '1980-01-01',
  gender: 'male',
};
export const IMMUNIZATION: Json = {
  resourceType: 'Immunization',
  id: 'i',
  status: 'completed',
  vaccineCode: concept('http://hl7.org/fhir/sid/cvx', '511'),
  patient: { reference: 'Patient/p' },
  occurrenceDateTime: '2022-02-10',
  lotNumber: 'B202106027',
  location: { display: 'CVC-023' },
  protocolApplied: [{ doseNumberPositiveInt: 3, seriesDosesPositiveInt: 3 }],
};
export const OBSERVATION: Json = {
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  code: concept('http://loinc.org', '94500-6'),
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2022-12-20T09:15:00+08:00',
  issued: '2022-12-20T21:00:00+08:00',
  performer: [{ display: 'LAB-HK-017' }],
  valueCodeableConcept: concept(SNOMED, '260415000'),
};

export function concept(system: string, code: string): Json {
  return { coding: [{ system, code }] };
}

export function bundleOf(...resources: readonly Json[]): Json {
  return { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
}
