/**
 * JSON Schema (draft 2020-12, TypeBox) of each kind of record. It says what a single field may look like; what
 * fields say together (dates in order, check digits, codes of a value set) is `validate.ts`. A field's
 * `description` completes the sentence "… must be".
 */
import Type, { type Static, type TObject, type TUnsafe } from 'typebox';
import { DOCUMENT_TYPES } from './documents.ts';
import type {
  Code,
  DocumentType,
  HealthRecord,
  Sex,
  Subject,
  TestRecord,
  VaccinationRecord,
} from './record.ts';

const CLOSED = { additionalProperties: false } as const;

const LATIN_NAME = "^[\\p{Script=Latin}\\p{M} ,.'’`/()·-]+$";
const CHINESE_NAME = '^(?=.*\\p{Script=Han})[\\p{Script=Han}\\p{M} ·‧・()（）-]+$';

const subject = Type.Object(
  {
    nameEn: Type.Optional(text(80, 'a name in Latin letters', LATIN_NAME)),
    nameZh: Type.Optional(text(40, 'a name in Chinese characters', CHINESE_NAME)),
    dob: text(10, 'a birth date YYYY-MM-DD, YYYY-MM or YYYY', '^\\d{4}(?:-\\d{2}(?:-\\d{2})?)?$'),
    sex: Type.Optional(
      Type.Unsafe<Sex>(Type.String({ enum: ['F', 'M', 'X', 'U'], description: 'F, M, X or U' })),
    ),
    docType: Type.Unsafe<DocumentType>(
      Type.String({ enum: [...DOCUMENT_TYPES], description: `one of ${DOCUMENT_TYPES.join(', ')}` }),
    ),
    docNumber: text(40, 'the number of the document'),
    docIssuer: country(),
  },
  { ...CLOSED, description: 'an object' },
);

const vaccination = Type.Object(
  {
    type: Type.Literal('vaccination'),
    subject,
    disease: code('a SNOMED CT or ICD-11 code: sct|… or icd11|…'),
    prophylaxis: Type.Optional(code('a SNOMED CT, ICD-11 or ATC code: sct|…, icd11|… or atc|…')),
    product: code('a product code: eu|…, icd11|…, cvx|… or hcl|…'),
    manufacturer: Type.Optional(code('a manufacturer code: eu|… or hcl|…')),
    doseNumber: dose(),
    seriesDoses: Type.Optional(dose()),
    date: text(10, 'a date YYYY-MM-DD', '^\\d{4}-\\d{2}-\\d{2}$'),
    lot: Type.Optional(text(20, 'a lot number')),
    centre: Type.Optional(text(80, 'the name of the place')),
    practitioner: Type.Optional(text(40, 'a registration number')),
    country: country(),
  },
  { ...CLOSED, title: 'VaccinationRecord' },
);

const test = Type.Object(
  {
    type: Type.Literal('test'),
    subject,
    disease: code('a SNOMED CT or ICD-11 code: sct|… or icd11|…'),
    method: code('loinc|LP6464-4 (nucleic acid) or loinc|LP217198-3 (rapid antigen)'),
    specimen: Type.Optional(code('a specimen code: sct|…, icd11|… or hcl|…')),
    result: code('sct|260415000 (not detected), sct|260373001, sct|419984006 or sct|125154007'),
    specimenId: Type.Optional(text(40, 'the number of the specimen')),
    kit: Type.Optional(text(80, 'the name of the test kit')),
    collectedAt: moment(),
    reportedAt: Type.Optional(moment()),
    laboratory: text(80, 'the name of the laboratory'),
    country: country(),
  },
  { ...CLOSED, title: 'TestRecord' },
);

/** Schema and type cannot drift apart: each says the same as the other, optional fields included. */
type Same<A, B> = [A, Required<A>, B, Required<B>] extends [B, Required<B>, A, Required<A>] ? true : never;
const agree: [
  Same<Static<typeof subject>, Subject>,
  Same<Static<typeof vaccination>, VaccinationRecord>,
  Same<Static<typeof test>, TestRecord>,
] = [true, true, true];
void agree;

/** Every kind of record by its `type`. */
export const RECORD_SCHEMAS: Readonly<Record<HealthRecord['type'], TObject>> = { vaccination, test };

/** One record of any kind. */
export const healthRecordSchema: TUnsafe<HealthRecord> = Type.Unsafe<HealthRecord>(
  Type.Union([vaccination, test]),
);

function text(maxLength: number, description: string, pattern?: string): Type.TString {
  return Type.String({ minLength: 1, maxLength, description, ...(pattern === undefined ? {} : { pattern }) });
}

function code(description: string): TUnsafe<Code> {
  const pattern = '^[a-z0-9]{2,8}\\|[A-Za-z0-9][A-Za-z0-9./_-]{0,39}$';
  return Type.Unsafe<Code>(Type.String({ minLength: 1, maxLength: 49, pattern, description }));
}

function country(): Type.TString {
  return text(2, 'a country code of two letters (ISO 3166-1)', '^[A-Z]{2}$');
}

function dose(): Type.TInteger {
  return Type.Integer({ minimum: 1, maximum: 20, description: 'a whole number from 1 to 20' });
}

function moment(): Type.TString {
  return text(
    29,
    'a time with offset: YYYY-MM-DDThh:mm:ss+hh:mm',
    '^\\d{4}-\\d{2}-\\d{2}T.*(?:Z|[+-]\\d{2}:\\d{2})$',
  );
}
