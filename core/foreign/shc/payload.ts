/**
 * The payload of a SMART Health Card (SMART Health Cards Framework 1.4): `{iss, nbf, exp?, vc: {type, credentialSubject:
 * {fhirVersion, fhirBundle}, rid?}}`, deflated.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { BytesError } from '../../bytes/errors.ts';
import { inflateBounded } from '../../bytes/inflate.ts';
import { isJsonArray, isJsonObject, parseStrictJson, type JsonObject } from '../../bytes/strict-json.ts';
import { ForeignError } from '../errors.ts';

export interface ShcPayload {
  readonly iss: string;
  readonly nbf: number;
  readonly exp?: number;
  /** Name of the card on its issuer's revocation list. */
  readonly rid?: string;
  readonly types: readonly string[];
  readonly bundle: JsonObject;
  readonly content: JsonObject;
}

const MAX_INFLATED_BYTES = 65_536;
const HEALTH_CARD = 'https://smarthealth.cards#health-card';
const ISSUER = /^https:\/\/[^\s?#]{1,500}[^\s/?#]$/;
const RID = /^[A-Za-z0-9_-]{1,24}$/;

/** Throws `CODE_INFLATE` or `CONTENT_INVALID`. */
export function parseShcPayload(deflated: Uint8Array): ShcPayload {
  let inflated: Uint8Array;
  try {
    inflated = inflateBounded(deflated, { maxBytes: MAX_INFLATED_BYTES });
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new ForeignError('CODE_INFLATE', 'the payload cannot be unpacked', { cause });
    throw cause;
  }
  return payloadOf(jsonOf(inflated));
}

/** Throws `CONTENT_INVALID`. */
export function payloadOf(content: JsonValue): ShcPayload {
  if (!isJsonObject(content)) throw invalid('not an object');
  const { iss, nbf, exp, vc } = content;
  if (typeof iss !== 'string' || !ISSUER.test(iss))
    throw invalid('an issuer that is no URL of the form it must have');
  if (typeof nbf !== 'number') throw invalid('no time of issue');
  if (exp !== undefined && typeof exp !== 'number') throw invalid('an expiry that is no time');
  if (!isJsonObject(vc)) throw invalid('no credential');
  const { type, credentialSubject, rid } = vc;
  if (!isJsonArray(type) || !type.every((name) => typeof name === 'string')) throw invalid('no types');
  if (!type.includes(HEALTH_CARD)) throw invalid('not of the type of a health card');
  if (rid !== undefined && (typeof rid !== 'string' || !RID.test(rid)))
    throw invalid('a revocation id that is none');
  if (!isJsonObject(credentialSubject)) throw invalid('no subject');
  const { fhirVersion, fhirBundle } = credentialSubject;
  if (typeof fhirVersion !== 'string' || !/^4\.\d+\.\d+$/.test(fhirVersion))
    throw invalid('another FHIR version');
  if (!isJsonObject(fhirBundle)) throw invalid('no bundle');
  return {
    iss,
    nbf,
    types: type,
    bundle: fhirBundle,
    content,
    ...(exp === undefined ? {} : { exp }),
    ...(rid === undefined ? {} : { rid }),
  };
}

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseStrictJson(bytes);
  } catch (cause) {
    if (cause instanceof BytesError) throw invalid('not JSON', { cause });
    throw cause;
  }
}

function invalid(what: string, options?: ErrorOptions): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not the payload of a SMART Health Card: ${what}`, options);
}
