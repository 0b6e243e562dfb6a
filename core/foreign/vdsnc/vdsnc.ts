/**
 * ICAO visible digital seals for non-constrained environments: JSON `{data: {hdr: {t, v, is}, msg}, sig: {alg, sigvl,
 * cer}}`. The signature is over the RFC 8785 form of `data`; the certificate in the seal counts only if a pinned
 * authority certified it.
 */
import { fromBase64url } from '../../bytes/base64url.ts';
import { toCanonicalJson, type JsonValue } from '../../bytes/canonical-json.ts';
import { BytesError } from '../../bytes/errors.ts';
import { isJsonArray, isJsonObject, parseStrictJsonText, type JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { SignatureAlgorithm } from '../../crypto.ts';
import { toCountry } from '../../record/countries.ts';
import { ForeignError } from '../errors.ts';
import type { ContentProblem, ForeignCode, ForeignContent, Signer } from '../foreign-code.ts';
import { algorithmOf, isJwsSignedBy } from '../jose/jws.ts';
import { parseCertificate, type Certificate } from '../x509/certificate.ts';
import { testRecords, vaccinationRecords } from './records.ts';
import { findSealSigner } from './trust.ts';

export const VDSNC_FORMAT = 'ICAO VDS-NC';

/** A symbol holds 2,953 bytes, a file of several seals more. */
const MAX_CHARACTERS = 16_384;
const SEAL_USAGE = '2.23.136.1.1.14.2';

interface Seal {
  readonly type: JsonValue | undefined;
  readonly issuer: string;
  readonly message: JsonObject;
  readonly data: JsonObject;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  readonly certificate: Certificate;
}

/** Throws `ForeignError`. */
export function decodeVdsnc(text: string): ForeignCode {
  const seal = parseSeal(text);
  const { data, algorithm, signature, certificate } = seal;
  const signed = { algorithm, signature, signedBytes: toUtf8(toCanonicalJson(data)) };
  return {
    format: VDSNC_FORMAT,
    findSigners: ({ vdsnc }, crypto) =>
      vdsnc === undefined ? { problem: 'TRUST_LIST_MISSING' } : findSealSigner(vdsnc, crypto, certificate),
    isSignedBy: (key, crypto) => isJwsSignedBy(signed, key, crypto),
    read: () => contentOf(seal),
    signerProblems: (_content, signer) => problemsOf(seal, signer),
  };
}

function problemsOf({ issuer }: Seal, { country, extendedKeyUsage }: Signer): readonly ContentProblem[] {
  const isOtherCountry = toCountry(issuer) !== country;
  const isForSeals = extendedKeyUsage === undefined || extendedKeyUsage.includes(SEAL_USAGE);
  return [
    ...(isOtherCountry ? (['ISSUER_MISMATCH'] as const) : []),
    ...(isForSeals ? [] : (['ISSUER_TYPE_NOT_ALLOWED'] as const)),
  ];
}

function contentOf({ type, message, data }: Seal): ForeignContent {
  if (type === 'icao.vacc') return { records: vaccinationRecords(message), content: data };
  if (type === 'icao.test') return { records: testRecords(message), content: data };
  throw new ForeignError('CONTENT_NOT_SUPPORTED', 'a seal of another type');
}

function parseSeal(text: string): Seal {
  if (text.length > MAX_CHARACTERS) throw new ForeignError('CODE_TOO_LONG', 'longer than any seal');
  const { data, sig } = onlySeal(text);
  if (!isJsonObject(data) || !isJsonObject(sig)) throw malformed('no data or no signature');
  const { hdr, msg } = data;
  if (!isJsonObject(hdr) || !isJsonObject(msg)) throw malformed('no header or no message');
  const { t, v, is } = hdr;
  if (typeof is !== 'string') throw malformed('no issuer');
  if (v !== 1) throw new ForeignError('CONTENT_NOT_SUPPORTED', 'a seal of another version');
  return {
    type: t,
    issuer: is,
    message: msg,
    data,
    algorithm: algorithmOf(sig),
    signature: bytesOf(sig['sigvl']),
    certificate: certificateOf(sig['cer']),
  };
}

/** Japan writes a list; one of several seals at a time is judged. */
function onlySeal(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseStrictJsonText(text);
  } catch (cause) {
    if (cause instanceof BytesError) throw malformed('not JSON', { cause });
    throw cause;
  }
  const [seal, another] = isJsonArray(value) ? value : [value];
  if (another !== undefined) throw new ForeignError('CONTENT_NOT_SUPPORTED', 'more than one seal');
  if (!isJsonObject(seal)) throw malformed('not an object');
  return seal;
}

function bytesOf(value: JsonValue | undefined): Uint8Array {
  if (typeof value !== 'string') throw malformed('a part that is no text');
  try {
    return fromBase64url(value.replace(/={1,2}$/, ''));
  } catch (cause) {
    throw malformed('a part that is not base64url', { cause });
  }
}

function certificateOf(value: JsonValue | undefined): Certificate {
  const der = bytesOf(value);
  try {
    return parseCertificate(der);
  } catch (cause) {
    if (cause instanceof BytesError) throw malformed('a certificate that cannot be read', { cause });
    throw cause;
  }
}

function malformed(what: string, options?: ErrorOptions): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not a visible digital seal: ${what}`, options);
}
