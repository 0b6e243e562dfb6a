/** Schemas that the routes of health codes share. */
import type { TProperties, TString, TUnsafe } from 'typebox';
import { subject } from '../../core/record/schema-parts.ts';
import { COLOURS, SCHEMES, type Colour, type Scheme } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { Person } from '../health/people.ts';
import { DocumentSchema } from './document-schema.ts';
import { Name } from './schemas.ts';

/** 9999-12-31T23:59:59Z. */
const MAX_SECONDS = 253_402_300_799;

export const Seconds: ReturnType<typeof Type.Integer> = Type.Integer({ minimum: 0, maximum: MAX_SECONDS });
export const SchemeName: TUnsafe<Scheme> = Type.Unsafe<Scheme>(Type.String({ enum: [...SCHEMES] }));
export const ColourName: TUnsafe<Colour> = Type.Unsafe<Colour>(Type.String({ enum: [...COLOURS] }));
export const Reference: TString = Type.String({ minLength: 1, maxLength: 100 });
export const SubjectSchema: TUnsafe<Subject> = subject();

/** By a record of theirs, a document of theirs, or all of their identity. In a body: neither belongs in a URL. */
export const PersonSchema: TUnsafe<Person> = Type.Unsafe<Person>(
  Type.Union([
    Closed({ recordId: Name }),
    Closed({ document: DocumentSchema }),
    Closed({ subject: SubjectSchema }),
  ]),
);

/** A colour as it is told; why, only where there is a ground. */
export const ColourFields: TProperties = {
  scheme: SchemeName,
  state: ColourName,
  ruleId: Type.String(),
  ruleVersion: Type.Integer(),
  ground: Type.Optional(Type.String()),
  sinceSeconds: Type.Integer(),
  change: Type.String(),
};
