/**
 * JSON Schema (draft 2020-12, TypeBox) of each kind of record. It says what a single field may look like; what
 * fields say together (dates in order, check digits, codes of a value set) is `rules.ts`. A field's
 * `description` completes the sentence "… must be".
 */
import Type, { type Static, type TObject } from 'typebox';
import type {
  Code,
  DeclarationRecord,
  ExemptionRecord,
  HealthRecord,
  RecoveryRecord,
  Stay,
  TestRecord,
  VaccinationRecord,
} from './record.ts';
import {
  CLOSED,
  code,
  country,
  day,
  disease,
  dose,
  list,
  moment,
  originFields,
  subject,
  text,
  type Same,
} from './schema-parts.ts';

const vaccination = Type.Object(
  {
    type: Type.Literal('vaccination'),
    subject: subject(),
    disease: disease(),
    prophylaxis: Type.Optional(code('a SNOMED CT, ICD-11 or ATC code: sct|…, icd11|… or atc|…')),
    product: code('a product code: eu|…, icd11|…, cvx|… or hcl|…'),
    manufacturer: Type.Optional(code('a manufacturer code: eu|… or hcl|…')),
    doseNumber: dose(),
    seriesDoses: Type.Optional(dose()),
    date: day(),
    lot: Type.Optional(text(20, 'a lot number')),
    lotExpiresOn: Type.Optional(day()),
    centre: Type.Optional(text(80, 'the name of the place')),
    practitioner: Type.Optional(text(40, 'a registration number')),
    country: country(),
    ...originFields(),
  },
  { ...CLOSED, title: 'VaccinationRecord' },
);

const test = Type.Object(
  {
    type: Type.Literal('test'),
    subject: subject(),
    disease: disease(),
    method: code('loinc|LP6464-4 (nucleic acid) or loinc|LP217198-3 (rapid antigen)'),
    specimen: Type.Optional(code('a specimen code: sct|…, icd11|… or hcl|…')),
    result: code('sct|260415000 (not detected), sct|260373001, sct|419984006 or sct|125154007'),
    specimenId: Type.Optional(text(40, 'the number of the specimen')),
    kit: Type.Optional(text(80, 'the name of the test kit')),
    collectedAt: moment(),
    reportedAt: Type.Optional(moment()),
    laboratory: text(80, 'the name of the laboratory'),
    country: country(),
    ...originFields(),
  },
  { ...CLOSED, title: 'TestRecord' },
);

const recovery = Type.Object(
  {
    type: Type.Literal('recovery'),
    subject: subject(),
    disease: disease(),
    firstPositiveOn: day(),
    recoveredOn: Type.Optional(day()),
    basis: code('hcl|naat, hcl|rat-declared, hcl|hospital, hcl|isolation-order or hcl|non-local'),
    evidence: Type.Optional(text(80, 'the name of the document that was seen')),
    validFrom: Type.Optional(day()),
    validUntil: Type.Optional(day()),
    country: country(),
    ...originFields(),
  },
  { ...CLOSED, title: 'RecoveryRecord' },
);

const exemption = Type.Object(
  {
    type: Type.Literal('exemption'),
    subject: subject(),
    disease: disease(),
    scope: Type.Optional(
      list<Code>(code('a code of a vaccine or a kind of vaccines'), {
        max: 20,
        description: 'a list of codes of vaccines',
      }),
    ),
    reason: code('hcl|contraindication, hcl|deferral or hcl|other'),
    assessedOn: day(),
    validUntil: Type.Optional(day()),
    practitioner: text(40, 'a registration number'),
    centre: Type.Optional(text(80, 'the name of the place')),
    country: country(),
  },
  { ...CLOSED, title: 'ExemptionRecord' },
);

const stay = Type.Object(
  {
    country: country(),
    region: Type.Optional(text(6, 'a region code of six digits (GB/T 2260)', '^\\d{6}$')),
    place: Type.Optional(text(80, 'the name of the place')),
    from: day(),
    to: day(),
  },
  { ...CLOSED, title: 'a stay', description: 'an object' },
);

const declaration = Type.Object(
  {
    type: Type.Literal('declaration'),
    subject: subject(),
    tripId: Type.Optional(text(40, 'the number of the trip')),
    direction: code('hcl|inbound or hcl|outbound'),
    port: Type.Optional(text(20, 'the code of a port, as HZMB', '^[A-Z0-9][A-Z0-9-]*$')),
    plannedAt: Type.Optional(moment()),
    stays: Type.Optional(list<Stay>(stay, { max: 12, description: 'a list of stays' })),
    symptoms: list<Code>(code('a SNOMED CT code of the form, or hcl|none'), {
      max: 10,
      description: 'a list of symptoms, or hcl|none',
    }),
    contact: code('hcl|yes or hcl|no'),
    contactOn: Type.Optional(day()),
    address: Type.Optional(text(120, 'an address')),
    statement: text(40, 'the version of the statement that was signed'),
    declaredAt: moment(),
    country: country(),
  },
  { ...CLOSED, title: 'DeclarationRecord' },
);

const agree: [
  Same<Static<typeof vaccination>, VaccinationRecord>,
  Same<Static<typeof test>, TestRecord>,
  Same<Static<typeof recovery>, RecoveryRecord>,
  Same<Static<typeof exemption>, ExemptionRecord>,
  Same<Static<typeof stay>, Stay>,
  Same<Static<typeof declaration>, DeclarationRecord>,
] = [true, true, true, true, true, true];
void agree;

/** Every kind of record by its `type`. */
export const RECORD_SCHEMAS: Readonly<Record<HealthRecord['type'], TObject>> = {
  vaccination,
  test,
  recovery,
  exemption,
  declaration,
};
