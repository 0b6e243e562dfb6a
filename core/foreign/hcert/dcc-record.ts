/** EU Digital COVID Certificate → records in our words. */
import { codeFact, textFact, type ForeignRecord, type ForeignSubject } from '../foreign-record.ts';
import { dateOf, type Dcc, type DccRecovery, type DccTest, type DccVaccination } from './dcc-schema.ts';

const LATIN = /^[\p{Script=Latin}\p{M}\p{P}\p{Zs}]+$/u;
const ATC = /^J07/;

export function dccRecords({ v = [], t = [], r = [], nam, dob }: Dcc): readonly ForeignRecord[] {
  const subject = subjectOf(nam, dob);
  return [
    ...v.map((entry) => vaccinationRecord(entry, subject)),
    ...t.map((entry) => testRecord(entry, subject)),
    ...r.map((entry) => recoveryRecord(entry, subject)),
  ];
}

function vaccinationRecord(entry: DccVaccination, subject: ForeignSubject): ForeignRecord {
  return {
    ...common('vaccination', entry, subject),
    ...codeFact('prophylaxis', ATC.test(entry.vp) ? 'atc' : 'sct', entry.vp),
    ...codeFact('product', 'eu', entry.mp),
    ...codeFact('manufacturer', 'eu', entry.ma),
    doseNumber: entry.dn,
    seriesDoses: entry.sd,
    date: dateOf(entry.dt),
  };
}

function testRecord(entry: DccTest, subject: ForeignSubject): ForeignRecord {
  return {
    ...common('test', entry, subject),
    ...codeFact('method', 'loinc', entry.tt),
    ...codeFact('result', 'sct', entry.tr),
    ...textFact('kit', entry.nm ?? entry.ma),
    ...textFact('laboratory', entry.tc),
    collectedAt: entry.sc,
  };
}

function recoveryRecord(entry: DccRecovery, subject: ForeignSubject): ForeignRecord {
  return {
    ...common('recovery', entry, subject),
    firstPositiveOn: dateOf(entry.fr),
    validFrom: dateOf(entry.df),
    validUntil: dateOf(entry.du),
  };
}

interface Common<Type extends string> {
  readonly type: Type;
  readonly local: false;
  readonly subject: ForeignSubject;
}

function common<Type extends string>(
  type: Type,
  { tg, co, ci, is }: { readonly tg: string; readonly co: string; readonly ci: string; readonly is: string },
  subject: ForeignSubject,
): Common<Type> {
  return {
    type,
    local: false,
    subject,
    ...codeFact('disease', 'sct', tg),
    ...textFact('country', co),
    ...textFact('foreignId', ci),
    ...textFact('statedIssuer', is),
  };
}

/** The name as printed where it is in Latin letters, else its transliteration. */
function subjectOf({ fn, gn, fnt, gnt }: Dcc['nam'], dob: string): ForeignSubject {
  const printed = [fn, gn].filter((part) => part !== undefined && part !== '').join(', ');
  const standard = [fnt, gnt].map((part) => part ?? '').join('<<');
  const nameEn = LATIN.test(printed) ? printed : standard.replace('<<', ', ').replaceAll('<', ' ');
  return { ...textFact('nameEn', nameEn), nameMrz: standard, ...textFact('dob', dateOf(dob)) };
}
