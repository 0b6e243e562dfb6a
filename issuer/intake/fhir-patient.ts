/** Patient → the subject of a record. Names by script, the document by identifier system or type. */
import { toCountry } from '../../core/record/countries.ts';
import { isDocumentType } from '../../core/record/documents.ts';
import type { DocumentType } from '../../core/record/record.ts';
import type { PlainObject } from '../../core/record/structure.ts';
import { codingsOf, listOf, objectOf, textOf } from './fhir-element.ts';
import { fact, noFact, type FhirFact } from './fhir-mapping.ts';

const OUR_SYSTEM = 'urn:hcl:document:';
const PASSPORT_SYSTEM = 'http://hl7.org/fhir/sid/passport-';
/** Resident identity card number, as Chinese health records write it (WS/T 500). */
const CHINESE_ID_SYSTEM = 'urn:oid:2.16.156.10011.1.3';
const IDENTIFIER_TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203';

const SEX_BY_GENDER: ReadonlyMap<string, string> = new Map([
  ['female', 'F'],
  ['male', 'M'],
  ['other', 'X'],
  ['unknown', 'U'],
]);
const NATIONAL_ID: Readonly<Record<string, DocumentType>> = { HK: 'HKID', MO: 'MOBIR', CN: 'CNID' };
const NAME_USES = ['official', 'usual', undefined];
const HAN = /\p{Script=Han}/u;

interface Document {
  readonly docType: DocumentType;
  readonly docNumber: string;
  /** Absent where the kind of document says it. */
  readonly docIssuer?: string;
}

export function patientFacts(patient: PlainObject): readonly FhirFact[] {
  const names = namesOf(patient);
  const gender = textOf(patient, 'gender');
  return [
    fact(
      'subject.nameEn',
      'Patient.name',
      names.find((name) => !HAN.test(name)),
    ),
    fact(
      'subject.nameZh',
      'Patient.name',
      names.find((name) => HAN.test(name)),
    ),
    fact('subject.dob', 'Patient.birthDate', textOf(patient, 'birthDate')),
    fact(
      'subject.sex',
      'Patient.gender',
      gender === undefined ? undefined : (SEX_BY_GENDER.get(gender) ?? gender),
    ),
    ...documentFacts(documentsOf(patient, false)),
    linkedFact(documentsOf(patient, true)),
  ];
}

function documentFacts([document]: readonly Document[]): readonly FhirFact[] {
  const path = 'Patient.identifier';
  if (document === undefined) {
    const fields = ['subject.docNumber', 'subject.docType', 'subject.docIssuer'];
    return [noFact(fields, path, 'INTAKE_FHIR_IDENTIFIER', 'has no identity document of a system we know')];
  }
  return [
    fact('subject.docType', `${path}.type`, document.docType),
    fact('subject.docNumber', `${path}.value`, document.docNumber),
    fact('subject.docIssuer', `${path}.assigner`, document.docIssuer),
  ];
}

/** Linked at the person's request: that is what `use` secondary of an identifier says here. */
function linkedFact(documents: readonly Document[]): FhirFact {
  return fact('subject.linked', 'Patient.identifier', documents.length === 0 ? undefined : documents);
}

function documentsOf(patient: PlainObject, isSecondary: boolean): readonly Document[] {
  return listOf(patient, 'identifier')
    .filter((identifier) => (textOf(identifier, 'use') === 'secondary') === isSecondary)
    .flatMap((identifier) => documentOf(identifier) ?? []);
}

function documentOf(identifier: unknown): Document | undefined {
  const docNumber = textOf(identifier, 'value');
  if (docNumber === undefined || textOf(identifier, 'use') === 'old') return undefined;
  const kind = kindBySystem(textOf(identifier, 'system') ?? '') ?? kindByType(identifier);
  return kind === undefined ? undefined : { ...kind, docNumber };
}

function kindBySystem(system: string): Omit<Document, 'docNumber'> | undefined {
  if (system === CHINESE_ID_SYSTEM) return { docType: 'CNID' };
  if (system.startsWith(PASSPORT_SYSTEM)) {
    const docIssuer = toCountry(system.slice(PASSPORT_SYSTEM.length).toUpperCase());
    return docIssuer === undefined ? undefined : { docType: 'PASSPORT', docIssuer };
  }
  // `urn:hcl:document:HKID`, and `urn:hcl:document:PASSPORT:PT` where any country may issue the kind.
  const [docType = '', country] = system.startsWith(OUR_SYSTEM)
    ? system.slice(OUR_SYSTEM.length).split(':')
    : [];
  if (!isDocumentType(docType)) return undefined;
  return country === undefined ? { docType } : { docType, docIssuer: country };
}

/** HL7 v2 table 0203: `PPN` passport, `NI` national id, `NNxxx` national id of the country xxx. */
function kindByType(identifier: unknown): Omit<Document, 'docNumber'> | undefined {
  const types = codingsOf(objectOf(identifier, 'type')).filter(({ system }) => system === IDENTIFIER_TYPES);
  const assigner = toCountry((textOf(objectOf(identifier, 'assigner'), 'display') ?? '').toUpperCase());
  for (const { code } of types) {
    if (code === 'PPN' && assigner !== undefined) return { docType: 'PASSPORT', docIssuer: assigner };
    const country =
      code === 'NI' ? assigner : /^NN[A-Z]{3}$/.test(code) ? toCountry(code.slice(2)) : undefined;
    if (country !== undefined) return { docType: NATIONAL_ID[country] ?? 'OTHER', docIssuer: country };
  }
  return undefined;
}

/** Official names first; old, maiden and temporary ones are not on a document of today. */
function namesOf(patient: PlainObject): readonly string[] {
  const names = listOf(patient, 'name');
  return NAME_USES.flatMap((use) => names.filter((name) => textOf(name, 'use') === use)).flatMap(
    (name) => nameOf(name) ?? [],
  );
}

/** `FAMILY, GIVEN GIVEN`; Chinese without space. `text` where there are no parts. */
function nameOf(name: unknown): string | undefined {
  const family = textOf(name, 'family');
  const given = listOf(name, 'given').filter((part) => typeof part === 'string');
  if (family === undefined) return textOf(name, 'text') ?? (given.join(' ') || undefined);
  if (HAN.test(family)) return family + given.join('');
  return given.length === 0 ? family : `${family}, ${given.join(' ')}`;
}
