/**
 * The vaccinations in a DIVOC certificate → records in our words. Its contexts give several members one meaning (dose and
 * series, dates, vaccine and batch), so a signature does not tell these apart: each must make sense in its place.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../bytes/strict-json.ts';
import { isCalendarDate, toUnixSeconds } from '../../record/calendar.ts';
import { toCountry } from '../../record/countries.ts';
import type { Code } from '../../record/record.ts';
import { ForeignError } from '../errors.ts';
import { textFact, type ForeignRecord, type ForeignSubject } from '../foreign-record.ts';

const MAX_EVIDENCE = 20;
const SEXES: ReadonlyMap<unknown, 'M' | 'F' | 'X'> = new Map<unknown, 'M' | 'F' | 'X'>([
  ['Male', 'M'],
  ['Female', 'F'],
  ['Others', 'X'],
]);
const PRODUCTS: ReadonlyMap<string, Code> = new Map<string, Code>([
  ['COVAXIN', 'eu|Covaxin'],
  ['COVISHIELD', 'eu|Covishield'],
  ['SPUTNIK V', 'eu|Sputnik-V'],
]);

/** Throws `CONTENT_INVALID`. */
export function divocRecords({
  credentialSubject,
  evidence,
  issuanceDate,
}: JsonObject): readonly ForeignRecord[] {
  const subject = subjectOf(credentialSubject);
  const list = isJsonArray(evidence) ? evidence : [];
  if (list.length === 0 || list.length > MAX_EVIDENCE) throw invalid('no vaccination, or too many');
  const issuedAt = typeof issuanceDate === 'string' ? toUnixSeconds(issuanceDate) : undefined;
  if (issuedAt === undefined) throw invalid('no time of issue');
  return list.map((item) => vaccinationOf(item, subject, issuedAt));
}

function vaccinationOf(item: JsonValue, subject: ForeignSubject, issuedAt: number): ForeignRecord {
  if (!isJsonObject(item)) throw invalid('a vaccination that is no object');
  const { batch, vaccine, date, dose, totalDoses, certificateId, facility, effectiveUntil } = item;
  const day = typeof date === 'string' ? date.slice(0, 10) : '';
  if (!isCalendarDate(day)) throw invalid('a vaccination without a date');
  const isAfter = (toUnixSeconds(`${day}T00:00:00Z`) ?? 0) > issuedAt + 86_400;
  if (isAfter || (typeof effectiveUntil === 'string' && effectiveUntil.slice(0, 10) < day)) {
    throw invalid('a vaccination after its certificate, or past its effect');
  }
  const product = typeof vaccine === 'string' ? PRODUCTS.get(vaccine.toUpperCase()) : undefined;
  const place = isJsonObject(facility) ? facility : {};
  const address = place['address'];
  const country = isJsonObject(address) ? address['addressCountry'] : undefined;
  return {
    type: 'vaccination',
    local: false,
    subject,
    disease: 'sct|840539006',
    ...(product === undefined ? {} : { product }),
    ...dosesOf(dose, totalDoses),
    date: day,
    ...textFact('lot', batch),
    ...textFact('centre', place['name']),
    ...textFact('country', typeof country === 'string' ? toCountry(country) : undefined),
    ...textFact('foreignId', certificateId),
  };
}

function dosesOf(
  dose: JsonValue | undefined,
  total: JsonValue | undefined,
): { doseNumber?: number; seriesDoses?: number } {
  const [doseNumber, seriesDoses] = [countOf(dose), countOf(total)];
  if (doseNumber !== undefined && seriesDoses !== undefined && doseNumber > seriesDoses) {
    throw invalid('a dose past the end of its series');
  }
  return {
    ...(doseNumber === undefined ? {} : { doseNumber }),
    ...(seriesDoses === undefined ? {} : { seriesDoses }),
  };
}

/** A number, its digits, or nothing. */
function countOf(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const count = typeof value === 'string' && /^[1-9]\d?$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1)
    throw invalid('a dose that is no number');
  return count;
}

function subjectOf(value: JsonValue | undefined): ForeignSubject {
  const { name, gender, dob } = isJsonObject(value) ? value : {};
  if (typeof name !== 'string' || name === '') throw invalid('nobody it is about');
  const sex = SEXES.get(gender);
  return { nameEn: name, ...textFact('dob', dob), ...(sex === undefined ? {} : { sex }) };
}

function invalid(what: string): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not a DIVOC certificate: ${what}`);
}
