/** The message of a visible digital seal (ICAO TR VDS-NC for travel-related health proofs) → records in our words. */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../bytes/strict-json.ts';
import { isCalendarDate, isPartialDate } from '../../record/calendar.ts';
import { toCountry } from '../../record/countries.ts';
import { ForeignError } from '../errors.ts';
import { codeFact, textFact, type ForeignRecord, type ForeignSubject } from '../foreign-record.ts';

const MAX_DOSES = 40;
const RESULTS: ReadonlyMap<string, string> = new Map([
  ['negative', '260415000'],
  ['not detected', '260415000'],
  ['positive', '260373001'],
  ['detected', '260373001'],
]);

/** Throws `CONTENT_INVALID`. */
export function vaccinationRecords(message: JsonObject): readonly ForeignRecord[] {
  const subject = subjectOf(message['pid']);
  const events = listOf(message['ve'], 'vaccinations');
  const records = events.flatMap((event) => {
    const { des, dis, vd } = objectOf(event, 'a vaccination');
    return listOf(vd, 'doses').map((item): ForeignRecord => {
      const { dvc, seq, ctr, adm, lot } = objectOf(item, 'a dose');
      if (typeof dvc !== 'string' || !isCalendarDate(dvc)) throw invalid('a dose without a date');
      return {
        type: 'vaccination',
        local: false,
        subject,
        ...diseaseOf(dis),
        ...codeFact('product', 'icd11', des),
        ...doseOf(seq),
        date: dvc,
        ...textFact('lot', lot),
        ...textFact('centre', adm),
        ...countryOf(ctr),
        ...textFact('foreignId', message['uvci']),
      };
    });
  });
  if (records.length === 0 || records.length > MAX_DOSES) throw invalid('no dose, or too many');
  return records;
}

/** Throws `CONTENT_INVALID`. */
export function testRecords(message: JsonObject): readonly ForeignRecord[] {
  const subject = subjectOf(message['pid']);
  const { spn, ctr } = objectOf(message['sp'] ?? {}, 'a provider');
  const { sc } = objectOf(message['dat'], 'times');
  const { tc, r } = objectOf(message['tr'], 'a result');
  if (typeof sc !== 'string' || !isCalendarDate(sc.slice(0, 10))) throw invalid('a test without a time');
  if (typeof r !== 'string') throw invalid('a test without a result');
  return [
    {
      type: 'test',
      local: false,
      subject,
      ...methodOf(tc),
      ...codeFact('result', 'sct', RESULTS.get(r.toLowerCase())),
      collectedAt: sc,
      ...textFact('laboratory', spn),
      ...countryOf(ctr),
      ...textFact('foreignId', message['utci'] ?? message['uvci']),
    },
  ];
}

function subjectOf(value: JsonValue | undefined): ForeignSubject {
  const { n, dob, sex, i } = objectOf(value, 'a person');
  if (typeof n !== 'string' || n === '') throw invalid('a person without a name');
  if (dob !== undefined && (typeof dob !== 'string' || !isPartialDate(dob)))
    throw invalid('a birth date that is none');
  const isKnownSex = sex === 'M' || sex === 'F' || sex === 'X';
  return {
    // Two spaces part the primary identifier from the others.
    nameEn: n.replace(/ {2}/, ', '),
    ...textFact('dob', dob),
    ...(isKnownSex ? { sex } : {}),
    ...textFact('docNumber', i),
  };
}

/** Seals have the number as a number or as its digits. */
function doseOf(value: JsonValue | undefined): { readonly doseNumber?: number } {
  const doseNumber = typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : value;
  return typeof doseNumber === 'number' && Number.isInteger(doseNumber) && doseNumber >= 1
    ? { doseNumber }
    : {};
}

/** COVID-19 by the name that rules know; ICD-11 tells apart whether the virus was found. */
function diseaseOf(value: JsonValue | undefined): ReturnType<typeof codeFact<'disease'>> {
  const isCovid = typeof value === 'string' && /^RA01(?:\.[01])?$/.test(value);
  return isCovid ? codeFact('disease', 'sct', '840539006') : codeFact('disease', 'icd11', value);
}

function methodOf(value: JsonValue | undefined): ReturnType<typeof codeFact<'method'>> {
  if (typeof value !== 'string') return {};
  if (/pcr|naat|molecular/i.test(value)) return codeFact('method', 'loinc', 'LP6464-4');
  return /antigen/i.test(value) ? codeFact('method', 'loinc', 'LP217198-3') : {};
}

function countryOf(value: JsonValue | undefined): { readonly country?: string } {
  return textFact('country', typeof value === 'string' ? toCountry(value) : undefined);
}

function listOf(value: JsonValue | undefined, what: string): readonly JsonValue[] {
  if (!isJsonArray(value)) throw invalid(`no ${what}`);
  return value;
}

function objectOf(value: JsonValue | undefined, what: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(`no ${what}`);
  return value;
}

function invalid(what: string): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not the message of a health seal: ${what}`);
}
