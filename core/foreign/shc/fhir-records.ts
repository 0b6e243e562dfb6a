/**
 * The FHIR bundle of a SMART Health Card → records in our words: one patient, immunizations that were completed, and
 * observations with a result. What else is in it stays in the content.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../bytes/strict-json.ts';
import { isCalendarDate, isPartialDate } from '../../record/calendar.ts';
import { findProduct, type Product } from '../../record/products.ts';
import type { Code } from '../../record/record.ts';
import { ForeignError } from '../errors.ts';
import {
  textFact,
  type ForeignRecord,
  type ForeignSubject,
  type ForeignVaccination,
} from '../foreign-record.ts';

const MAX_ENTRIES = 200;
const SYSTEMS: ReadonlyMap<JsonValue | undefined, string> = new Map<JsonValue | undefined, string>([
  ['http://hl7.org/fhir/sid/cvx', 'cvx'],
  ['http://snomed.info/sct', 'sct'],
  ['http://loinc.org', 'loinc'],
  ['http://hl7.org/fhir/sid/icd-11', 'icd11'],
  ['http://www.whocc.no/atc', 'atc'],
]);
const CODE_VALUE = /^[A-Za-z0-9][A-Za-z0-9./_-]{0,39}$/;
const RESULTS: ReadonlySet<JsonValue | undefined> = new Set(['final', 'amended', 'corrected']);

/** Throws `CONTENT_INVALID`, or `CONTENT_NOT_SUPPORTED` when nothing in it is a record of ours. */
export function fhirRecords(bundle: JsonObject): readonly ForeignRecord[] {
  if (hasEmptyElement(bundle)) throw invalid('an element without a value');
  const resources = resourcesOf(bundle);
  const [patient, another] = resources.filter(({ resourceType }) => resourceType === 'Patient');
  if (another !== undefined) throw invalid('more than one patient');
  const records = patient === undefined ? [] : recordsOf(resources, subjectOf(patient));
  if (records.length === 0) {
    throw new ForeignError(
      'CONTENT_NOT_SUPPORTED',
      'no immunization and no test result of a patient in the card',
    );
  }
  return records;
}

function recordsOf(resources: readonly JsonObject[], subject: ForeignSubject): readonly ForeignRecord[] {
  return resources.flatMap((resource) => recordOf(resource, subject));
}

function resourcesOf({ resourceType, entry }: JsonObject): readonly JsonObject[] {
  if (resourceType !== 'Bundle' || !isJsonArray(entry) || entry.length > MAX_ENTRIES)
    throw invalid('no bundle');
  return entry.map((item) => {
    const resource = isJsonObject(item) ? item['resource'] : undefined;
    if (!isJsonObject(resource)) throw invalid('an entry without a resource');
    return resource;
  });
}

/** FHIR R4 §2.6.2.1: what is there has a value. */
function hasEmptyElement(value: JsonValue): boolean {
  if (typeof value === 'string') return value === '';
  if (isJsonArray(value)) return value.length === 0 || value.some(hasEmptyElement);
  if (!isJsonObject(value)) return false;
  const members = Object.values(value);
  return members.length === 0 || members.some(hasEmptyElement);
}

function subjectOf({ name, birthDate }: JsonObject): ForeignSubject {
  const [human] = isJsonArray(name) ? name : [];
  if (!isJsonObject(human)) throw invalid('a patient without a name');
  const { family, given, text } = human;
  const forenames = (isJsonArray(given) ? given : []).filter((part) => typeof part === 'string').join(' ');
  const surname = typeof family === 'string' ? family : '';
  const full = [surname, forenames].filter((part) => part !== '').join(', ');
  const shown = full === '' ? text : full;
  if (typeof shown !== 'string' || shown === '') throw invalid('a patient without a name');
  if (birthDate !== undefined && (typeof birthDate !== 'string' || !isPartialDate(birthDate))) {
    throw invalid('a birth date that is none');
  }
  return { nameEn: shown, ...textFact('dob', birthDate) };
}

function recordOf(resource: JsonObject, subject: ForeignSubject): readonly ForeignRecord[] {
  const { resourceType, status } = resource;
  if (resourceType === 'Immunization' && status === 'completed') return [vaccinationOf(resource, subject)];
  return resourceType === 'Observation' && RESULTS.has(status) ? testOf(resource, subject) : [];
}

function vaccinationOf(resource: JsonObject, subject: ForeignSubject): ForeignRecord {
  const { vaccineCode, occurrenceDateTime, lotNumber, performer } = resource;
  if (typeof occurrenceDateTime !== 'string' || !isCalendarDate(occurrenceDateTime.slice(0, 10))) {
    throw invalid('an immunization without a date');
  }
  const product = codeOf(vaccineCode);
  const known = product === undefined ? undefined : findProduct(product);
  return {
    type: 'vaccination',
    local: false,
    subject,
    ...(product === undefined ? {} : { product }),
    ...(known === undefined ? {} : factsOf(known)),
    date: occurrenceDateTime.slice(0, 10),
    ...textFact('lot', lotNumber),
    ...textFact('centre', performerName(performer)),
  };
}

function factsOf({ code, disease, prophylaxis, manufacturer }: Product): Partial<ForeignVaccination> {
  return { product: code, disease, prophylaxis, manufacturer };
}

function testOf(resource: JsonObject, subject: ForeignSubject): readonly ForeignRecord[] {
  const { code, valueCodeableConcept, effectiveDateTime, performer } = resource;
  const method = codeOf(code);
  const result = codeOf(valueCodeableConcept);
  if (method === undefined || result === undefined || typeof effectiveDateTime !== 'string') return [];
  return [
    {
      type: 'test',
      local: false,
      subject,
      method,
      result,
      collectedAt: effectiveDateTime,
      ...textFact('laboratory', performerName(performer)),
    },
  ];
}

/** The first coding of a system that we name. */
function codeOf(concept: JsonValue | undefined): Code | undefined {
  const coding = isJsonObject(concept) ? concept['coding'] : undefined;
  for (const item of isJsonArray(coding) ? coding : []) {
    if (!isJsonObject(item)) continue;
    const system = SYSTEMS.get(item['system']);
    const value = item['code'];
    if (system !== undefined && typeof value === 'string' && CODE_VALUE.test(value))
      return `${system}|${value}`;
  }
  return undefined;
}

function performerName(performer: JsonValue | undefined): JsonValue | undefined {
  const [first] = isJsonArray(performer) ? performer : [];
  if (!isJsonObject(first)) return undefined;
  const { actor } = first;
  return isJsonObject(actor) ? actor['display'] : first['display'];
}

function invalid(what: string): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not the bundle of a health card: ${what}`);
}
