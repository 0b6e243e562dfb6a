/**
 * SMART Health Cards: `shc:/` and digits, all parts of one, the JWS itself, or the JSON file that carries it. ES256
 * only, deflated, the key by its thumbprint among those of the pinned issuers; the issuer in the card must be the one
 * whose key it is.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, parseStrictJsonText, type JsonObject } from '../../bytes/strict-json.ts';
import { BytesError } from '../../bytes/errors.ts';
import { ForeignError } from '../errors.ts';
import type { ContentProblem, ForeignCode, SignerSearch } from '../foreign-code.ts';
import { isJwsSignedBy, parseJws } from '../jose/jws.ts';
import { fhirRecords } from './fhir-records.ts';
import { jwsOfNumeric } from './numeric.ts';
import { parseShcPayload, type ShcPayload } from './payload.ts';
import { revocationProblems } from './revocation.ts';

export const SHC_FORMAT = 'SMART Health Card';
const MAX_JWS_CHARACTERS = 16_384;

/** Throws `ForeignError`. @param text begins with `shc:/` */
export function decodeShc(text: string): ForeignCode {
  return shcOf(jwsOfNumeric(text));
}

/**
 * A `.smart-health-card` file, `{"verifiableCredential": ["<JWS>"]}`, or the answer of a FHIR server, `{"resourceType":
 * "Parameters", "parameter": [{"name": "verifiableCredential", "valueString": "<JWS>"}]}`.
 */
export function decodeShcFile(text: string): ForeignCode {
  const file = jsonOf(text);
  const [card, another] = isJsonObject(file) ? cardsOf(file) : [];
  if (typeof card !== 'string') throw malformed('no card in the file');
  if (another !== undefined)
    throw new ForeignError('CONTENT_NOT_SUPPORTED', 'more than one card in the file');
  return shcOf(card);
}

function cardsOf({ verifiableCredential, parameter }: JsonObject): readonly JsonValue[] {
  if (isJsonArray(verifiableCredential)) return verifiableCredential;
  if (!isJsonArray(parameter)) return [];
  return parameter.flatMap((item) =>
    isJsonObject(item) && item['name'] === 'verifiableCredential' ? [item['valueString'] ?? null] : [],
  );
}

/** @param token a compact JWS */
export function shcOf(token: string): ForeignCode {
  if (token.length > MAX_JWS_CHARACTERS)
    throw new ForeignError('CODE_TOO_LONG', 'longer than any health card');
  const jws = parseJws(token);
  const { kid } = jws;
  if (jws.algorithm !== 'ES256') throw malformed('another algorithm than ES256');
  if (jws.header['zip'] !== 'DEF') throw malformed('not deflated');
  if (kid === undefined) throw malformed('no kid');
  let payload: ShcPayload | undefined;
  const payloadOf = (): ShcPayload => (payload ??= parseShcPayload(jws.payload));
  return {
    format: SHC_FORMAT,
    kid,
    findSigners({ shc }): SignerSearch {
      if (shc === undefined) return { problem: 'TRUST_LIST_MISSING' };
      const signer = shc.signersByKid.get(kid);
      return signer === undefined ? { problem: 'SIGNER_UNKNOWN' } : { signers: [signer] };
    },
    isSignedBy: (key, crypto) => isJwsSignedBy(jws, key, crypto),
    read() {
      const { nbf, exp, bundle, content } = payloadOf();
      return {
        issuedAtSeconds: nbf,
        notBeforeSeconds: nbf,
        ...(exp === undefined ? {} : { expiresAtSeconds: exp }),
        records: fhirRecords(bundle),
        content,
      };
    },
    signerProblems: (_content, { issuers = [] }): readonly ContentProblem[] =>
      issuers.includes(payloadOf().iss) ? [] : ['ISSUER_MISMATCH'],
    statusProblems: (_content, _signer, { trust }) =>
      revocationProblems(payloadOf(), trust.shc?.revocationsByKid.get(kid)),
  };
}

function jsonOf(text: string): JsonValue {
  try {
    return parseStrictJsonText(text);
  } catch (cause) {
    if (cause instanceof BytesError) throw malformed('not JSON', { cause });
    throw cause;
  }
}

function malformed(what: string, options?: ErrorOptions): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not a SMART Health Card: ${what}`, options);
}
