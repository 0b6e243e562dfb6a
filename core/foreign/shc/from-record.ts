/** A record of ours as the FHIR R4 bundle of a SMART Health Card: a patient, and an immunization or an observation. */
import type { JsonObject } from '../../bytes/strict-json.ts';
import type { IssuableRecord } from '../../record/derived.ts';
import { findProduct } from '../../record/products.ts';
import type { Code, Subject, TestRecord, VaccinationRecord } from '../../record/record.ts';
import { unfit } from '../issue-error.ts';

/** By the system of our codes. */
const SYSTEMS: Readonly<Record<string, string>> = {
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  cvx: 'http://hl7.org/fhir/sid/cvx',
  icd11: 'http://hl7.org/fhir/sid/icd-11',
};
const COVID_19: Code = 'sct|840539006';

/** Throws `FOREIGN_RECORD_UNFIT`. */
export function toFhirBundle(record: IssuableRecord): JsonObject {
  const resources = [patientOf(record.subject), resourceOf(record)];
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource, place) => ({ fullUrl: `resource:${place}`, resource })),
  };
}

/** The types of the credential that carries it. */
export function cardTypesOf(record: IssuableRecord): readonly string[] {
  const kind = record.type === 'vaccination' ? 'immunization' : 'laboratory';
  const disease = 'disease' in record ? record.disease : undefined;
  const names = disease === COVID_19 ? [kind, 'covid19'] : [kind];
  return names.map((name) => `https://smarthealth.cards#${name}`);
}

function patientOf({ nameEn, nameZh, dob }: Subject): JsonObject {
  if (nameEn === undefined)
    return { resourceType: 'Patient', name: [{ text: nameZh ?? '' }], birthDate: dob };
  const [family = '', ...forenames] = nameEn.split(',').map((part) => part.trim());
  const given = forenames.filter((part) => part !== '');
  return {
    resourceType: 'Patient',
    name: [{ family, ...(given.length === 0 ? {} : { given }) }],
    birthDate: dob,
  };
}

function resourceOf(record: IssuableRecord): JsonObject {
  switch (record.type) {
    case 'vaccination':
      return immunizationOf(record);
    case 'test':
      return observationOf(record);
    case 'recovery':
    case 'exemption':
    case 'declaration':
    case 'status':
    case 'conversion':
      throw unfit('type', 'is no kind of health card');
  }
}

function immunizationOf({ product, date, lot, centre }: VaccinationRecord): JsonObject {
  const cvx = product.startsWith('cvx|') ? product : findProduct(product)?.aliases.find(isCvx);
  return {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: conceptOf(cvx ?? product, 'product'),
    patient: { reference: 'resource:0' },
    occurrenceDateTime: date,
    ...(lot === undefined ? {} : { lotNumber: lot }),
    ...(centre === undefined ? {} : { performer: [{ actor: { display: centre } }] }),
  };
}

function observationOf({ method, result, collectedAt, laboratory }: TestRecord): JsonObject {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: conceptOf(method, 'method'),
    subject: { reference: 'resource:0' },
    effectiveDateTime: collectedAt,
    valueCodeableConcept: conceptOf(result, 'result'),
    performer: [{ display: laboratory }],
  };
}

function conceptOf(code: Code, field: string): JsonObject {
  const [system = '', value = ''] = code.split('|');
  const url = SYSTEMS[system];
  if (url === undefined) throw unfit(field, 'has no code in a system of health cards');
  return { coding: [{ system: url, code: value }] };
}

function isCvx(code: Code): boolean {
  return code.startsWith('cvx|');
}
