/** Schemas that the routes of health codes share. */
import type { TProperties, TString, TUnsafe } from 'typebox';
import { COLOURS, SCHEMES, type Colour, type Scheme } from '../../core/record/derived.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { ValidationOptions } from '../../core/record/validate.ts';
import type { Clock } from '../../service/clock.ts';
import type { NamedPerson } from '../health/identity.ts';
import type { OperatorContext } from './operator-route.ts';
import { Name } from './schemas.ts';

/** What routes need that name people: a birth date may lie in the future. */
export interface HealthContext extends OperatorContext {
  readonly nowMs: Clock;
}

/** 9999-12-31T23:59:59Z. */
const MAX_SECONDS = 253_402_300_799;

export const Seconds: ReturnType<typeof Type.Integer> = Type.Integer({ minimum: 0, maximum: MAX_SECONDS });
export const SchemeName: TUnsafe<Scheme> = Type.Unsafe<Scheme>(Type.String({ enum: [...SCHEMES] }));
export const ColourName: TUnsafe<Colour> = Type.Unsafe<Colour>(Type.String({ enum: [...COLOURS] }));
export const Reference: TString = Type.String({ minLength: 1, maxLength: 100 });
/** What must be in it is checked, and answered, as in a record: `health/identity.ts`. */
export const IdentitySchema: TUnsafe<object> = Type.Unsafe<object>(
  Type.Object({}, { additionalProperties: true }),
);

/** By a record of theirs, a document of theirs, or all of their identity. In a body: neither belongs in a URL. */
export const PersonSchema: TUnsafe<NamedPerson> = Type.Unsafe<NamedPerson>(
  Type.Union([
    Closed({ recordId: Name }),
    Closed({ document: IdentitySchema }),
    Closed({ subject: IdentitySchema }),
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

/** For the checks of whom a request names. */
export function checkedAt({ nowMs }: HealthContext): ValidationOptions {
  return { nowSeconds: Math.floor(nowMs() / 1000) };
}
