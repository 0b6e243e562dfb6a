/** The fields that several kinds of record have. A field's `description` completes the sentence "… must be". */
import Type, {
  type Static,
  type TInteger,
  type TObject,
  type TOptional,
  type TString,
  type TUnsafe,
} from 'typebox';
import { DOCUMENT_TYPES } from './documents.ts';
import type { Code, DocumentRef, DocumentType, Sex, Subject } from './record.ts';

export const CLOSED = { additionalProperties: false } as const;

export const MAX_LINKED_DOCUMENTS = 4;
const LATIN_NAME = "^[\\p{Script=Latin}\\p{M} ,.'’`/()·-]+$";
const CHINESE_NAME = '^(?=.*\\p{Script=Han})[\\p{Script=Han}\\p{M} ·‧・()（）-]+$';

/** Schema and type cannot drift apart: each says the same as the other, optional fields included. */
export type Same<A, B> = [A, Required<A>, B, Required<B>] extends [B, Required<B>, A, Required<A>]
  ? true
  : never;

const documentFields = {
  docType: Type.Unsafe<DocumentType>(
    Type.String({ enum: [...DOCUMENT_TYPES], description: `one of ${DOCUMENT_TYPES.join(', ')}` }),
  ),
  docNumber: text(40, 'the number of the document'),
  docIssuer: country(),
};
const documentRef = Type.Object(documentFields, { ...CLOSED, title: 'a document', description: 'an object' });

const subjectSchema = Type.Object(
  {
    nameEn: Type.Optional(text(80, 'a name in Latin letters', LATIN_NAME)),
    nameZh: Type.Optional(text(40, 'a name in Chinese characters', CHINESE_NAME)),
    dob: text(10, 'a birth date YYYY-MM-DD, YYYY-MM or YYYY', '^\\d{4}(?:-\\d{2}(?:-\\d{2})?)?$'),
    sex: Type.Optional(
      Type.Unsafe<Sex>(Type.String({ enum: ['F', 'M', 'X', 'U'], description: 'F, M, X or U' })),
    ),
    ...documentFields,
    linked: Type.Optional(
      list<DocumentRef>(documentRef, { max: MAX_LINKED_DOCUMENTS, description: 'a list of documents' }),
    ),
  },
  { ...CLOSED, description: 'an object' },
);

const agree: [Same<Static<typeof documentRef>, DocumentRef>, Same<Static<typeof subjectSchema>, Subject>] = [
  true,
  true,
];
void agree;

export function subject(): TUnsafe<Subject> {
  return Type.Unsafe<Subject>(subjectSchema);
}

export function document(): TUnsafe<DocumentRef> {
  return Type.Unsafe<DocumentRef>(documentRef);
}

export function text(maxLength: number, description: string, pattern?: string): TString {
  return Type.String({ minLength: 1, maxLength, description, ...(pattern === undefined ? {} : { pattern }) });
}

export function code(description: string): TUnsafe<Code> {
  const pattern = '^[a-z0-9]{2,8}\\|[A-Za-z0-9][A-Za-z0-9./_-]{0,39}$';
  return Type.Unsafe<Code>(Type.String({ minLength: 1, maxLength: 49, pattern, description }));
}

export function disease(): TUnsafe<Code> {
  return code('a SNOMED CT or ICD-11 code: sct|… or icd11|…');
}

export function country(): TString {
  return text(2, 'a country code of two letters (ISO 3166-1)', '^[A-Z]{2}$');
}

export function dose(): TInteger {
  return Type.Integer({ minimum: 1, maximum: 20, description: 'a whole number from 1 to 20' });
}

export function day(): TString {
  return text(10, 'a date YYYY-MM-DD', '^\\d{4}-\\d{2}-\\d{2}$');
}

export function moment(): TString {
  return text(
    29,
    'a time with offset: YYYY-MM-DDThh:mm:ss+hh:mm',
    '^\\d{4}-\\d{2}-\\d{2}T.*(?:Z|[+-]\\d{2}:\\d{2})$',
  );
}

interface OriginFields {
  readonly origin: TOptional<TUnsafe<Code>>;
  readonly authority: TOptional<TString>;
  readonly checkedBy: TOptional<TString>;
  readonly originalId: TOptional<TString>;
}

/** See `OriginFacts`. */
export function originFields(): OriginFields {
  return {
    origin: Type.Optional(code('hcl|foreign-code or hcl|foreign-document')),
    authority: Type.Optional(text(120, 'the name of who issued it elsewhere')),
    checkedBy: Type.Optional(text(40, 'the number of the officer who checked it')),
    originalId: Type.Optional(text(22, 'a keyed name of 22 characters', '^[A-Za-z0-9_-]{21}[AQgw]$')),
  };
}

/** One to `max` different items. */
export function list<Item>(
  item: TObject | TUnsafe<Item>,
  { max, description }: { readonly max: number; readonly description: string },
): TUnsafe<readonly Item[]> {
  return Type.Unsafe<readonly Item[]>(
    Type.Array(item, {
      minItems: 1,
      maxItems: max,
      uniqueItems: true,
      description: `${description}, one to ${max} different ones`,
    }),
  );
}
