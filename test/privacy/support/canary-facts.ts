/** What must be found nowhere: a person who does not exist, their records in all forms of intake, and words out of place. */
import type { Subject, TestRecord, VaccinationRecord } from '../../../core/record/record.ts';

/** A person who exists nowhere. */
export const SUBJECT: Subject & Readonly<Record<'nameEn' | 'nameZh', string>> = {
  nameEn: 'CANARYNAME, GOLD FINCH',
  nameZh: '金絲雀',
  dob: '1987-11-23',
  sex: 'F',
  docType: 'PASSPORT',
  docNumber: 'CANARYDOC77',
  docIssuer: 'HK',
};
export const DOSE: VaccinationRecord & Readonly<Record<'lot' | 'centre' | 'practitioner', string>> = {
  type: 'vaccination',
  subject: SUBJECT,
  disease: 'sct|840539006',
  prophylaxis: 'sct|1119349007',
  product: 'eu|EU/1/20/1528',
  manufacturer: 'eu|ORG-100030215',
  doseNumber: 1,
  seriesDoses: 2,
  date: '2021-06-01',
  lot: 'CANARYLOT9',
  centre: 'Canarycentre Street',
  practitioner: 'CANARYMED5',
  country: 'HK',
};
export const TEST: TestRecord & { readonly specimenId: string } = {
  type: 'test',
  subject: SUBJECT,
  disease: 'sct|840539006',
  method: 'loinc|LP6464-4',
  result: 'sct|260415000',
  specimenId: 'CANARYSPECIMEN3',
  collectedAt: '2022-12-21T09:15:07+08:00',
  laboratory: 'Canarylab Quay',
  country: 'HK',
};
/** Where a person puts what belongs elsewhere: names of members, of headers, of paths. */
const MISPLACED = ['CANARYMEMBER', 'CANARYHEADER', 'CANARYPATH', 'CANARYTOKEN', 'CANARYBROKEN'];
export const TEXTS: readonly string[] = [
  SUBJECT.nameEn,
  'CANARYNAME',
  SUBJECT.nameZh,
  SUBJECT.dob,
  SUBJECT.docNumber,
  DOSE.lot,
  DOSE.centre,
  DOSE.practitioner,
  TEST.specimenId,
  TEST.collectedAt,
  TEST.laboratory,
  ...MISPLACED,
];

/** Each on every request. */
export const CANARY_HEADERS: Readonly<Record<string, string>> = {
  'user-agent': 'CANARYHEADER',
  referer: 'http://127.0.0.1/CANARYHEADER',
  cookie: 'name=CANARYHEADER',
  'x-forwarded-for': 'CANARYHEADER',
  'x-request-id': 'CANARYHEADER',
};

export function csv(docNumber: string): string {
  const { nameEn, nameZh, dob, docType, docIssuer } = SUBJECT;
  const names =
    'type,nameEn,nameZh,dob,docType,docNumber,docIssuer,disease,product,doseNumber,date,lot,centre,country';
  const { disease, product, date, lot, centre } = DOSE;
  return `${names}\nvaccination,"${nameEn}",${nameZh},${dob},${docType},${docNumber},${docIssuer},${disease},${product},1,${date},${lot},${centre},HK\n`;
}

export function manyRows(count: number): string {
  const [names = '', row = ''] = csv(SUBJECT.docNumber).split('\n');
  const rows = Array.from({ length: count }, (_, i) => row.replace(SUBJECT.docNumber, `CANARYDOC77${i}`));
  return [names, ...rows, ''].join('\n');
}

export function bundle(docNumber: string): string {
  const patient = {
    resourceType: 'Patient',
    id: 'CANARYMEMBER',
    identifier: [{ system: 'http://hl7.org/fhir/sid/passport-HKG', value: docNumber }],
    name: [{ use: 'official', family: 'CANARYNAME', given: ['GOLD', 'FINCH'] }],
    birthDate: SUBJECT.dob,
    gender: 'female',
  };
  const immunization = {
    resourceType: 'Immunization',
    id: 'i',
    status: 'completed',
    vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '511' }] },
    patient: { reference: 'Patient/CANARYMEMBER' },
    occurrenceDateTime: '2022-02-10',
    lotNumber: DOSE.lot,
    location: { display: DOSE.centre },
    protocolApplied: [{ doseNumberPositiveInt: 1, seriesDosesPositiveInt: 2 }],
  };
  const entry = [patient, immunization].map((resource) => ({ resource }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry });
}
