/**
 * The form of derived records, for the one door through which they come: see `issuer/issue.ts`. The subject is that of
 * a record that was taken in, and was checked then.
 */
import Type, { type Static, type TObject, type TUnsafe } from 'typebox';
import { Compile } from 'typebox/compile';
import type { P256Jwk } from '../credential/key.ts';
import {
  COLOURS,
  SCHEMES,
  type Colour,
  type ConversionEvidence,
  type ConversionRecord,
  type DerivedRecord,
  type Scheme,
  type StatusRecord,
} from './derived.ts';
import type { HealthRecord } from './record.ts';
import { CLOSED, code, country, day, list, moment, subject, text, type Same } from './schema-parts.ts';

const coordinate = '^[A-Za-z0-9_-]{43}$';
const common = {
  subject: subject(),
  holderKey: Type.Optional(
    Type.Unsafe<P256Jwk>(
      Type.Object(
        {
          kty: Type.Literal('EC'),
          crv: Type.Literal('P-256'),
          x: text(43, 'a coordinate', coordinate),
          y: text(43, 'a coordinate', coordinate),
        },
        CLOSED,
      ),
    ),
  ),
  validUntil: moment(),
  country: country(),
};

const status = Type.Object(
  {
    type: Type.Literal('status'),
    scheme: scheme(),
    state: colour(),
    ruleId: ruleId(),
    ruleVersion: version(),
    ground: Type.Optional(code('a ground: hcl|…')),
    since: moment(),
    change: text(32, 'the id of a colour act', '^[0-9a-f]{32}$'),
    ...common,
  },
  { ...CLOSED, title: 'StatusRecord' },
);

const evidence = Type.Object(
  {
    type: Type.Unsafe<HealthRecord['type']>(
      Type.String({ enum: ['vaccination', 'test', 'recovery', 'exemption', 'declaration'] }),
    ),
    class: text(40, 'a class of evidence', '^[a-z0-9-]+$'),
    collectedAt: moment(),
    issuer: Type.Optional(text(200, 'a DID', '^did:web:')),
  },
  CLOSED,
);

const conversion = Type.Object(
  {
    type: Type.Literal('conversion'),
    nullifier: text(43, '32 bytes in base64url', coordinate),
    sourceScheme: scheme(),
    sourceState: colour(),
    sourceIssuedAt: moment(),
    sourceValidUntil: moment(),
    evidence: list<ConversionEvidence>(evidence, { max: 8, description: 'a list of evidence' }),
    targetScheme: scheme(),
    target: text(200, 'a DID', '^did:web:'),
    port: Type.Optional(text(20, 'the code of a port, as HZMB', '^[A-Z0-9][A-Z0-9-]*$')),
    plannedOn: Type.Optional(day()),
    ruleId: ruleId(),
    mappingVersion: version(),
    proposedState: colour(),
    consentTextVersion: text(40, 'the version of the text that was agreed to'),
    consentAt: moment(),
    ...common,
  },
  { ...CLOSED, title: 'ConversionRecord' },
);

const agree: [
  Same<Static<typeof status>, StatusRecord>,
  Same<Static<typeof evidence>, ConversionEvidence>,
  Same<Static<typeof conversion>, ConversionRecord>,
] = [true, true, true];
void agree;

/** Every kind of derived record by its `type`. */
export const DERIVED_SCHEMAS: Readonly<Record<DerivedRecord['type'], TObject>> = { status, conversion };

const WELL_FORMED = new Map(Object.entries(DERIVED_SCHEMAS).map(([type, schema]) => [type, Compile(schema)]));

/** Whether a derived record is of its form. */
export function isDerivedRecord(value: { readonly type: string }): value is DerivedRecord {
  return WELL_FORMED.get(value.type)?.Check(value) === true;
}

function scheme(): TUnsafe<Scheme> {
  return Type.Unsafe<Scheme>(Type.String({ enum: [...SCHEMES] }));
}

function colour(): TUnsafe<Colour> {
  return Type.Unsafe<Colour>(Type.String({ enum: [...COLOURS] }));
}

function ruleId(): ReturnType<typeof text> {
  return text(40, 'the id of a rule', '^[a-z0-9][a-z0-9.-]*$');
}

function version(): ReturnType<typeof Type.Integer> {
  return Type.Integer({ minimum: 1, maximum: 9999 });
}
