/**
 * Vaccination certificates in the W3C's vaccination vocabulary (https://w3id.org/vaccination/v1) → records in our words.
 * Any other credential is authentic perhaps, but no health record that we can name.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../bytes/strict-json.ts';
import { isCalendarDate, isPartialDate } from '../../record/calendar.ts';
import { ForeignError } from '../errors.ts';
import { codeFact, textFact, type ForeignRecord, type ForeignSubject } from '../foreign-record.ts';

/** Throws `CONTENT_NOT_SUPPORTED`, or `CONTENT_INVALID` for a vaccination without its facts. */
export function credentialRecords({ credentialSubject }: JsonObject): readonly ForeignRecord[] {
  const subjects = isJsonArray(credentialSubject) ? credentialSubject : [credentialSubject];
  const records = subjects.filter(isVaccination).map(vaccinationOf);
  if (records.length === 0)
    throw new ForeignError('CONTENT_NOT_SUPPORTED', 'a credential that is no health record');
  return records;
}

function isVaccination(subject: JsonValue | undefined): subject is JsonObject {
  if (!isJsonObject(subject)) return false;
  const { type, vaccine } = subject;
  return isJsonObject(vaccine) || (isJsonArray(type) ? type : [type]).includes('VaccinationEvent');
}

function vaccinationOf(subject: JsonObject): ForeignRecord {
  const { vaccine, recipient, dateOfVaccination, order, batchNumber, administeringCentre } = subject;
  const { countryOfVaccination } = subject;
  const { atcCode } = isJsonObject(vaccine) ? vaccine : {};
  const date = typeof dateOfVaccination === 'string' ? dateOfVaccination.slice(0, 10) : undefined;
  if (date !== undefined && !isCalendarDate(date)) throw invalid('a date that does not exist');
  return {
    type: 'vaccination',
    local: false,
    subject: recipientOf(recipient),
    ...codeFact('prophylaxis', 'atc', atcCode),
    ...doseOf(order),
    ...textFact('date', date),
    ...textFact('lot', batchNumber),
    ...textFact('centre', administeringCentre),
    ...textFact('country', countryOfVaccination),
  };
}

/** A holder may leave out who they are: then nothing is told of it. */
function recipientOf(recipient: JsonValue | undefined): ForeignSubject {
  if (!isJsonObject(recipient)) return {};
  const { familyName, givenName, birthDate, gender } = recipient;
  const name = [familyName, givenName].filter((part): part is string => typeof part === 'string').join(', ');
  if (birthDate !== undefined && (typeof birthDate !== 'string' || !isPartialDate(birthDate.slice(0, 10)))) {
    throw invalid('a birth date that is none');
  }
  const sex = gender === 'Male' ? 'M' : gender === 'Female' ? 'F' : undefined;
  return {
    ...textFact('nameEn', name),
    ...textFact('dob', typeof birthDate === 'string' ? birthDate.slice(0, 10) : undefined),
    ...(sex === undefined ? {} : { sex }),
  };
}

/** `3/3`, or `3`. */
function doseOf(order: JsonValue | undefined): {
  readonly doseNumber?: number;
  readonly seriesDoses?: number;
} {
  const [, number, of] =
    /^([1-9]\d?)(?:\/([1-9]\d?))?$/.exec(typeof order === 'number' ? `${order}` : text(order)) ?? [];
  if (number === undefined) return {};
  return { doseNumber: Number(number), ...(of === undefined ? {} : { seriesDoses: Number(of) }) };
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function invalid(what: string): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not a vaccination certificate: ${what}`);
}
