/**
 * Header and payload bytes of a credential → typed values, strictly: the one canonical form, known members
 * only. The payload is parsed after its bytes were authenticated, never before.
 */
import { asciiToText } from '../bytes/ascii.ts';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { BytesError } from '../bytes/errors.ts';
import { isPlainCanonicalJson } from '../bytes/plain-json.ts';
import { fromUtf8 } from '../bytes/utf8.ts';
import { parseCanonicalJson, type JsonValue } from '../bytes/canonical-json.ts';
import type { CredentialClaims, CredentialHeader } from './claims.ts';
import { fromVct } from './credential-type.ts';
import { CredentialError } from './errors.ts';

const HEADER_START = ascii('{"alg":"ES256","kid":"');
const HEADER_END = ascii('","typ":"dc+sd-jwt"}');
const KID_LENGTH = 43;
const BASE64URL = /^[A-Za-z0-9_-]*$/;
const HEADER_LENGTH = HEADER_START.length + KID_LENGTH + HEADER_END.length;

/** Throws `CREDENTIAL_HEADER` for anything but `{"alg":"ES256","kid":"…43…","typ":"dc+sd-jwt"}`, byte for byte. */
export function parseHeader(bytes: Uint8Array): CredentialHeader {
  const kidEnd = HEADER_START.length + KID_LENGTH;
  const isOurs =
    bytes.length === HEADER_LENGTH && isAt(bytes, HEADER_START, 0) && isAt(bytes, HEADER_END, kidEnd);
  if (!isOurs) throw new CredentialError('CREDENTIAL_HEADER', 'the protected header is not of our form');
  const kid = asciiToText(bytes.subarray(HEADER_START.length, kidEnd));
  if (!BASE64URL.test(kid)) throw new CredentialError('CREDENTIAL_HEADER', 'the kid is not base64url');
  return { alg: 'ES256', kid, typ: 'dc+sd-jwt' };
}

/**
 * Throws `CREDENTIAL_MALFORMED`, or `CREDENTIAL_TYPE_UNKNOWN` when the bytes are a credential of a type that
 * this version does not know.
 */
export function parseClaims(bytes: Uint8Array): CredentialClaims {
  const value = parseJson(bytes);
  if (vaccination.Check(value) || test.Check(value)) {
    // The schemas below are the members of CredentialClaims: test/core/credential/parse.test.ts.
    return value as unknown as CredentialClaims;
  }
  if (isOtherType(value))
    throw new CredentialError('CREDENTIAL_TYPE_UNKNOWN', 'a credential of another type');
  throw new CredentialError('CREDENTIAL_MALFORMED', 'the payload is not a credential');
}

function parseJson(bytes: Uint8Array): JsonValue {
  try {
    const text = isPlainCanonicalJson(bytes) ? fromUtf8(bytes) : undefined;
    // JSON.parse gives nothing but JSON values.
    return text === undefined ? parseCanonicalJson(bytes) : (JSON.parse(text) as JsonValue);
  } catch (cause) {
    if (!(cause instanceof BytesError || cause instanceof SyntaxError)) throw cause;
    throw new CredentialError('CREDENTIAL_MALFORMED', 'the payload is not canonical JSON', { cause });
  }
}

function isOtherType(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null || !('vct' in value)) return false;
  const { vct } = value;
  if (typeof vct !== 'string' || vct === VACCINATION || vct === TEST) return false;
  return fromVct(vct) !== undefined || /^urn:hcl:[a-z-]+:[0-9]+$/.test(vct);
}

const VACCINATION = 'urn:hcl:vaccination:1';
const TEST = 'urn:hcl:test:1';

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
const Count = Type.Integer({ minimum: 1, maximum: 99 });

const Subject = Type.Object(
  {
    nameEn: Type.Optional(Text),
    nameZh: Type.Optional(Text),
    dob: Type.Optional(Type.String({ pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' })),
    sex: Type.Optional(Type.Enum(['F', 'M', 'X', 'U'])),
    docType: Type.Optional(
      Type.Enum(['HKID', 'HKBC', 'HKEC', 'PASSPORT', 'HVP', 'EEP', 'MOBIR', 'CNID', 'OTHER']),
    ),
    doc: Text,
    docIssuer: Type.Optional(Country),
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

const vaccination = Compile(
  Type.Object(
    {
      ...registered,
      vct: Type.Literal(VACCINATION),
      facts: Type.Object(
        {
          disease: Code,
          product: Code,
          prophylaxis: Type.Optional(Code),
          manufacturer: Type.Optional(Code),
          doseNumber: Count,
          seriesDoses: Type.Optional(Count),
          date: Day,
          lot: Type.Optional(Text),
          centre: Type.Optional(Text),
          country: Country,
        },
        strict,
      ),
    },
    strict,
  ),
);

const test = Compile(
  Type.Object(
    {
      ...registered,
      vct: Type.Literal(TEST),
      facts: Type.Object(
        {
          disease: Code,
          method: Code,
          result: Code,
          specimen: Type.Optional(Code),
          kit: Type.Optional(Text),
          collectedAt: Instant,
          reportedAt: Type.Optional(Instant),
          laboratory: Type.Optional(Text),
          country: Country,
        },
        strict,
      ),
    },
    strict,
  ),
);

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function isAt(bytes: Uint8Array, expected: Uint8Array, start: number): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected[i]) return false;
  return true;
}
