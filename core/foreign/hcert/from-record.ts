/**
 * A record of ours as an EU Digital COVID Certificate 1.3.3. Its codes are the EU's, so a product without an EU code, or
 * a dose without its series, cannot be told this way.
 */
import type { JsonObject } from '../../bytes/strict-json.ts';
import type { IssuableRecord } from '../../record/derived.ts';
import { findProduct } from '../../record/products.ts';
import type { Code, RecoveryRecord, Subject, TestRecord, VaccinationRecord } from '../../record/record.ts';
import { lastDayOf, MAX_RECOVERY_DAYS } from '../../record/validity.ts';
import { unfit } from '../issue-error.ts';

export interface DccIssuer {
  readonly name: string;
  /** `URN:UVCI:01:HK:…`, unique to the certificate. */
  readonly certificateId: string;
}

const MAX_NAME = 80;
const FIRST_RECOVERY_DAY = 11;

/** Throws `FOREIGN_RECORD_UNFIT`. */
export function toDcc(record: IssuableRecord, issuer: DccIssuer): JsonObject {
  const common = { ver: '1.3.3', nam: nameOf(record.subject), dob: record.subject.dob };
  switch (record.type) {
    case 'vaccination':
      return { ...common, v: [vaccinationEntry(record, issuer)] };
    case 'test':
      return { ...common, t: [testEntry(record, issuer)] };
    case 'recovery':
      return { ...common, r: [recoveryEntry(record, issuer)] };
    case 'exemption':
    case 'declaration':
    case 'status':
    case 'conversion':
      throw unfit('type', 'is no kind of EU certificate');
  }
}

function vaccinationEntry(record: VaccinationRecord, issuer: DccIssuer): JsonObject {
  const known = findProduct(record.product);
  const prophylaxis = record.prophylaxis ?? known?.prophylaxis;
  const manufacturer = record.manufacturer ?? known?.manufacturer;
  if (prophylaxis === undefined) throw unfit('prophylaxis', 'is not known');
  if (manufacturer === undefined) throw unfit('manufacturer', 'is not known');
  if (record.seriesDoses === undefined) throw unfit('seriesDoses', 'is missing');
  return {
    tg: valueIn(['sct'], record.disease, 'disease'),
    vp: valueIn(['sct', 'atc'], prophylaxis, 'prophylaxis'),
    mp: valueIn(['eu'], known?.code ?? record.product, 'product'),
    ma: valueIn(['eu'], manufacturer, 'manufacturer'),
    dn: record.doseNumber,
    sd: record.seriesDoses,
    dt: record.date,
    ...commonEntry(record, issuer),
  };
}

function testEntry(record: TestRecord, issuer: DccIssuer): JsonObject {
  return {
    tg: valueIn(['sct'], record.disease, 'disease'),
    tt: valueIn(['loinc'], record.method, 'method'),
    sc: record.collectedAt,
    tr: valueIn(['sct'], record.result, 'result'),
    tc: record.laboratory,
    ...(record.kit === undefined ? {} : { nm: record.kit }),
    ...commonEntry(record, issuer),
  };
}

/** Regulation (EU) 2021/953, annex, 3: from a positive NAAT, from the 11th to the 180th day after it. */
function recoveryEntry(record: RecoveryRecord, issuer: DccIssuer): JsonObject {
  const { disease, basis, firstPositiveOn, validFrom, validUntil } = record;
  if (basis !== 'hcl|naat') throw unfit('basis', 'is no nucleic acid test');
  const earliest = lastDayOf(firstPositiveOn, FIRST_RECOVERY_DAY);
  const latest = lastDayOf(firstPositiveOn, MAX_RECOVERY_DAYS);
  return {
    tg: valueIn(['sct'], disease, 'disease'),
    fr: firstPositiveOn,
    df: validFrom !== undefined && validFrom > earliest ? validFrom : earliest,
    du: validUntil !== undefined && validUntil < latest ? validUntil : latest,
    ...commonEntry(record, issuer),
  };
}

function commonEntry({ country }: IssuableRecord, { name, certificateId }: DccIssuer): JsonObject {
  return { co: country, is: name, ci: certificateId };
}

/** `CHAN, TAI MAN` → surname and forename, each with its ICAO 9303 form. */
function nameOf({ nameEn }: Subject): JsonObject {
  if (nameEn === undefined) throw unfit('subject.nameEn', 'is missing');
  const [surname = '', ...forenames] = nameEn.split(',').map((part) => part.trim());
  const forename = forenames.join(' ').trim();
  return {
    fn: surname,
    fnt: mrzOf(surname),
    ...(forename === '' ? {} : { gn: forename, gnt: mrzOf(forename) }),
  };
}

/** Letters A to Z, all else a filler (ICAO 9303-3 §4.6, without its table of special letters). */
function mrzOf(name: string): string {
  const letters = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase();
  if (/[^A-Z ,.'’`/()·<-]/.test(letters)) throw unfit('subject.nameEn', 'has letters without a plain form');
  return letters
    .replaceAll(/['’`.]/g, '')
    .replaceAll(/[^A-Z]+/g, '<')
    .replaceAll(/^<|<$/g, '')
    .slice(0, MAX_NAME);
}

function valueIn(systems: readonly string[], code: Code, field: string): string {
  const [system = '', value = ''] = code.split('|');
  if (!systems.includes(system)) throw unfit(field, 'has no code in the value sets of the EU');
  return value;
}
