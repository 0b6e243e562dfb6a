/**
 * Credentials presented as text: W3C credentials as JWT (VC-JOSE-COSE, and `vc` in a JWT as in 1.1), SD-JWT and SD-JWT
 * VC, and COSE in base64. The issuer is the one it names, with keys from the operator's list only.
 */
import { BytesError } from '../../bytes/errors.ts';
import { fromBase64url, toBase64url } from '../../bytes/base64url.ts';
import { isJsonObject, parseStrictJson, type JsonObject } from '../../bytes/strict-json.ts';
import { fromUtf8 } from '../../bytes/utf8.ts';
import type { Crypto, ForeignPublicKey } from '../../crypto.ts';
import {
  algorithmOf as coseAlgorithmOf,
  COSE_HEADER,
  headerValue,
  parseSign1,
  signedBytesOf,
} from '../cose/sign1.ts';
import { ForeignError } from '../errors.ts';
import type { ContentProblem, ForeignCode, SignerSearch } from '../foreign-code.ts';
import type { ForeignTrust } from '../foreign-trust.ts';
import { credentialContent, issuerOf } from './credential-claims.ts';
import { disclose } from './disclosures.ts';
import { isJwsSignedBy, parseJws } from './jws.ts';
import { isBoundToHolder } from './key-binding.ts';
import { signersOf } from './trust.ts';

const MAX_CHARACTERS = 65_536;
const TYP = /^(?:JWT|[\w.-]+\+jwt|[\w.-]+\+sd-jwt)$/i;
const CTY = /^(?:vc|vp|JWT)$/;
const COSE_TYP = /^(?:application\/)?v[cp]\+cose$/;
const COSE_CONTENT = /^application\/v[cp]$/;

/** Throws `ForeignError`. */
export function decodeCredentialJwt(token: string): ForeignCode {
  checkLength(token);
  const jws = parseJws(token);
  checkTypes(jws.header);
  const payload = payloadOf(jws.payload);
  // VC-JOSE-COSE §3.1.1: in a credential of that type these claims must not be there.
  const isOfVersion2 = isText(jws.header['typ'], /vc\+jwt$/);
  if (isOfVersion2 && (payload['vc'] !== undefined || payload['vp'] !== undefined)) {
    throw new ForeignError('CONTENT_INVALID', 'a credential within the credential');
  }
  return {
    format: 'verifiable credential (JWT)',
    ...kidOf(jws.kid),
    findSigners: (trust) => search(trust, payload, jws.kid),
    isSignedBy: (key, crypto) => isJwsSignedBy(jws, key, crypto),
    read: () => credentialContent(payload),
    signerProblems: () => [],
    statusProblems: () => statusProblemsOf(payload),
  };
}

/** `<JWS>~<disclosure>~…~[<key binding>]`. Throws `ForeignError`. */
export function decodeSdJwt(text: string, crypto: Crypto): ForeignCode {
  checkLength(text);
  const [token = '', ...rest] = text.split('~');
  const binding = rest.at(-1) ?? '';
  const jws = parseJws(token);
  checkTypes(jws.header);
  const payload = payloadOf(jws.payload);
  const disclosed = disclose(crypto, payload, rest.slice(0, -1));
  const before = text.slice(0, text.length - binding.length);
  return {
    format: 'SD-JWT credential',
    ...kidOf(jws.kid),
    findSigners: (trust) => search(trust, disclosed, jws.kid),
    async isSignedBy(key, crypto) {
      if (!(await isJwsSignedBy(jws, key, crypto))) return false;
      return binding === '' || isBoundToHolder(crypto, { token: binding, before, payload });
    },
    read: () => credentialContent(disclosed),
    signerProblems: () => [],
    statusProblems: () => statusProblemsOf(disclosed),
  };
}

/** A COSE_Sign1 in base64. Throws `ForeignError`. */
export function decodeCredentialCose(text: string): ForeignCode {
  checkLength(text);
  const sign1 = within(() =>
    parseSign1(
      fromBase64url(
        text
          .replaceAll('+', '-')
          .replaceAll('/', '_')
          .replace(/={1,2}$/, ''),
      ),
    ),
  );
  const algorithm = coseAlgorithmOf(sign1);
  const typ = headerValue(sign1, COSE_HEADER.typ);
  const contentType = headerValue(sign1, COSE_HEADER.contentType);
  if (typ !== undefined && !isText(typ, COSE_TYP)) throw malformed('of another type');
  if (contentType !== undefined && !isText(contentType, COSE_CONTENT)) throw malformed('of another content');
  const payload = payloadOf(sign1.payload);
  const keyId = headerValue(sign1, COSE_HEADER.kid);
  const kid = keyId instanceof Uint8Array ? (fromUtf8(keyId) ?? toBase64url(keyId)) : undefined;
  const signedBytes = signedBytesOf(sign1);
  return {
    format: 'verifiable credential (COSE)',
    ...kidOf(kid),
    findSigners: (trust) => search(trust, payload, kid),
    isSignedBy: (key: ForeignPublicKey, crypto: Crypto) =>
      crypto.verify(algorithm, key, signedBytes, sign1.signature),
    read: () => credentialContent(payload),
    signerProblems: () => [],
    statusProblems: () => statusProblemsOf(payload),
  };
}

function search({ jwt }: ForeignTrust, payload: JsonObject, kid: string | undefined): SignerSearch {
  if (jwt === undefined) return { problem: 'TRUST_LIST_MISSING' };
  const signers = signersOf(jwt, issuerOf(payload), kid);
  return signers === undefined ? { problem: 'SIGNER_UNKNOWN' } : { signers };
}

/** A credential that names where it is taken back is not known to be good: nothing is fetched from there. */
function statusProblemsOf({
  credentialStatus,
  status,
  vc,
}: JsonObject): readonly ContentProblem[] | undefined {
  const inner = isJsonObject(vc) ? vc['credentialStatus'] : undefined;
  const isNamed = [credentialStatus, status, inner].some((value) => value !== undefined);
  return isNamed ? ['STATUS_UNKNOWN'] : undefined;
}

function checkLength(text: string): void {
  if (text.length > MAX_CHARACTERS) throw new ForeignError('CODE_TOO_LONG', 'longer than any credential');
}

/** RFC 8725 §3.11: what is signed for something else is no credential. */
function checkTypes({ typ, cty }: JsonObject): void {
  if (typ !== undefined && !isText(typ, TYP)) throw malformed('of another type');
  if (cty !== undefined && !isText(cty, CTY)) throw malformed('of another content');
}

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function payloadOf(bytes: Uint8Array): JsonObject {
  const payload = within(() => parseStrictJson(bytes));
  if (!isJsonObject(payload)) throw malformed('not an object');
  return payload;
}

function kidOf(kid: string | undefined): { readonly kid?: string } {
  return kid === undefined ? {} : { kid };
}

function within<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof BytesError) throw malformed('a part that cannot be read', { cause });
    throw cause;
  }
}

function malformed(what: string, options?: ErrorOptions): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not a signed credential: ${what}`, options);
}
