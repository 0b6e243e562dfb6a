/**
 * A second opinion on which payloads are credentials: general parser, canonical form by writing the value anew,
 * and JSON schemas through TypeBox.
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';

const strict = { additionalProperties: false };
const Text = Type.String({ minLength: 1 });
const Seconds = Type.Integer({ minimum: 0, maximum: 253_402_300_799 });
const Code = Type.String({ pattern: '^[a-z0-9]+\\|[^|]+$' });
const Country = Type.String({ pattern: '^[A-Z]{2}$' });
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
const Instant = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})$',
});
const Coordinate = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const Codes = Type.Array(Code, { minItems: 1, maxItems: 32 });
const DocType = Type.Enum(['HKID', 'HKBC', 'HKEC', 'PASSPORT', 'HVP', 'EEP', 'MOBIR', 'CNID', 'OTHER']);
const SchemeName = Type.Enum(['HK-VP', 'HK-HC', 'MO', 'GD']);
const ColourName = Type.Enum(['blue', 'green', 'amber', 'yellow', 'red']);
const RuleId = Type.String({ pattern: '^[a-z0-9][a-z0-9.-]*$' });
const RuleVersion = Type.Integer({ minimum: 1, maximum: 9999 });
const Count = Type.Integer({ minimum: 1, maximum: 99 });

const Subject = Type.Object(
  {
    nameEn: Type.Optional(Text),
    nameZh: Type.Optional(Text),
    dob: Type.Optional(Type.String({ pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' })),
    sex: Type.Optional(Type.Enum(['F', 'M', 'X', 'U'])),
    docType: Type.Optional(DocType),
    doc: Text,
    docIssuer: Type.Optional(Country),
    linked: Type.Optional(
      Type.Array(Type.Object({ docType: DocType, doc: Text, docIssuer: Country }, strict), {
        minItems: 1,
        maxItems: 32,
      }),
    ),
  },
  strict,
);

const registered = {
  iss: Type.String({ pattern: '^did:web:[A-Za-z0-9._:%-]+$' }),
  jti: Type.String({ pattern: '^[A-Za-z0-9_-]{21}[AQgw]$' }),
  iat: Type.Integer({ minimum: 0, maximum: 253_402_300_799, multipleOf: 3600 }),
  nbf: Type.Optional(Seconds),
  exp: Type.Optional(Seconds),
  status: Type.Object(
    {
      status_list: Type.Object(
        { idx: Type.Integer({ minimum: 0, maximum: 0xffff_ffff }), uri: Text },
        strict,
      ),
    },
    strict,
  ),
  cnf: Type.Optional(
    Type.Object(
      {
        jwk: Type.Object(
          { kty: Type.Literal('EC'), crv: Type.Literal('P-256'), x: Coordinate, y: Coordinate },
          strict,
        ),
      },
      strict,
    ),
  ),
  profile: Type.Enum(['venue', 'travel']),
  subject: Subject,
};

/** The facts of each type of credential. */
const FACTS: Readonly<Record<string, Type.TProperties>> = {
  vaccination: {
    disease: Code,
    product: Code,
    prophylaxis: Type.Optional(Code),
    manufacturer: Type.Optional(Code),
    doseNumber: Count,
    seriesDoses: Type.Optional(Count),
    date: Day,
    lot: Type.Optional(Text),
    centre: Type.Optional(Text),
    origin: Type.Optional(Code),
    country: Country,
  },
  test: {
    disease: Code,
    method: Code,
    result: Code,
    specimen: Type.Optional(Code),
    kit: Type.Optional(Text),
    collectedAt: Instant,
    reportedAt: Type.Optional(Instant),
    laboratory: Type.Optional(Text),
    origin: Type.Optional(Code),
    country: Country,
  },
  recovery: {
    disease: Code,
    firstPositiveOn: Day,
    recoveredOn: Type.Optional(Day),
    basis: Type.Optional(Code),
    origin: Type.Optional(Code),
    country: Country,
  },
  exemption: {
    disease: Code,
    scope: Type.Optional(Codes),
    assessedOn: Type.Optional(Day),
    country: Country,
  },
  declaration: {
    symptoms: Codes,
    contact: Code,
    contactOn: Type.Optional(Day),
    direction: Type.Optional(Code),
    port: Type.Optional(Text),
    plannedAt: Type.Optional(Instant),
    stays: Type.Optional(
      Type.Array(
        Type.Object(
          {
            country: Country,
            region: Type.Optional(Type.String({ pattern: '^\\d{6}$' })),
            from: Day,
            to: Day,
          },
          strict,
        ),
        { minItems: 1, maxItems: 32 },
      ),
    ),
    declaredAt: Instant,
    country: Country,
  },
  status: {
    scheme: SchemeName,
    state: ColourName,
    ruleId: RuleId,
    ruleVersion: RuleVersion,
    ground: Type.Optional(Code),
    since: Type.Optional(Instant),
    country: Country,
  },
  conversion: {
    nullifier: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$' })),
    sourceScheme: SchemeName,
    sourceState: ColourName,
    sourceIssuedAt: Type.Optional(Instant),
    sourceValidUntil: Type.Optional(Instant),
    evidence: Type.Optional(
      Type.Array(
        Type.Object(
          {
            type: Type.Enum(['vaccination', 'test', 'recovery', 'exemption', 'declaration']),
            class: Type.String({ pattern: '^[a-z0-9-]+$' }),
            collectedAt: Instant,
          },
          strict,
        ),
        { minItems: 1, maxItems: 32 },
      ),
    ),
    targetScheme: SchemeName,
    target: Type.Optional(Type.String({ pattern: '^did:web:[A-Za-z0-9._:%-]+$' })),
    port: Type.Optional(Text),
    plannedOn: Type.Optional(Day),
    ruleId: RuleId,
    mappingVersion: RuleVersion,
    proposedState: Type.Optional(ColourName),
    consentTextVersion: Type.Optional(Text),
    consentAt: Type.Optional(Instant),
    country: Country,
  },
};

const CREDENTIALS = Object.entries(FACTS).map(([type, facts]) =>
  Compile(
    Type.Object(
      { ...registered, vct: Type.Literal(`urn:hcl:${type}:1`), facts: Type.Object(facts, strict) },
      strict,
    ),
  ),
);

/** The claims that `text` spells, `undefined` when it is no canonical payload of a known type. */
export function claimsBySchema(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (toCanonicalJson(value) !== text) return undefined;
    return CREDENTIALS.some((schema) => schema.Check(value)) ? value : undefined;
  } catch {
    return undefined;
  }
}
