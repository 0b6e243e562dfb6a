/**
 * DIVOC and CoWIN certificates: a ZIP with one JSON-LD credential, or that credential as text. The proof is a detached
 * JWS (RFC 7797, `b64: false`) over SHA-256 of the proof's options and SHA-256 of the document, both as canonical
 * N-Quads. Keys come from the operator's list; `did:india` and the like are labels.
 */
import { concatBytes } from '../../bytes/concat.ts';
import { fromBase64url } from '../../bytes/base64url.ts';
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { BytesError } from '../../bytes/errors.ts';
import { isJsonArray, isJsonObject, parseStrictJson, type JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { Crypto, ForeignPublicKey, SignatureAlgorithm } from '../../crypto.ts';
import { toUnixSeconds } from '../../record/calendar.ts';
import { ForeignError } from '../errors.ts';
import type { ContentProblem, ForeignCode, ForeignContent, SignerSearch } from '../foreign-code.ts';
import { isJwsSignedBy } from '../jose/jws.ts';
import { canonicalHash, isPinnedContext, SECURITY_CONTEXT } from './canonical-hash.ts';
import { divocRecords } from './divoc-records.ts';
import { certificateInZip } from './zip.ts';

export const DIVOC_FORMAT = 'DIVOC certificate';

const MAX_DOCUMENT_BYTES = 32_768;
const MAX_ZIP_CHARACTERS = 16_384;
/** Objects in a document; certificates have about a dozen. Naming those without a name costs the square of their number. */
const MAX_PARTS = 64;
const PROOFS: ReadonlyMap<unknown, SignatureAlgorithm> = new Map<unknown, SignatureAlgorithm>([
  ['Ed25519Signature2018', 'EdDSA'],
  ['RsaSignature2018', 'PS256'],
]);

interface Proof {
  /** All of it but the signature, in the context of security. */
  readonly options: JsonObject;
  readonly algorithm: SignatureAlgorithm;
  readonly header64: string;
  readonly signature: Uint8Array;
}

/** Throws `ForeignError`. @param text the bytes of a ZIP, one character each, as scanners give them */
export function decodeDivocZip(text: string): ForeignCode {
  if (text.length > MAX_ZIP_CHARACTERS) throw new ForeignError('CODE_TOO_LONG', 'longer than any symbol');
  const zip = Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (zip.some((byte, i) => byte !== text.charCodeAt(i))) throw malformed('characters that are no bytes');
  return divocOf(certificateInZip(zip, MAX_DOCUMENT_BYTES));
}

/** Throws `ForeignError`. @param text a JSON-LD credential with its proof */
export function decodeDivocText(text: string): ForeignCode {
  if (text.length > MAX_DOCUMENT_BYTES)
    throw new ForeignError('CODE_TOO_LONG', 'longer than any certificate');
  return divocOf(toUtf8(text));
}

function divocOf(bytes: Uint8Array): ForeignCode {
  const whole = documentOf(bytes);
  if (partsIn(whole) > MAX_PARTS) throw malformed('more parts than any certificate');
  const { proof, ...document } = whole;
  const context = document['@context'];
  const contexts = isJsonArray(context) ? context : [context];
  if (!contexts.every(isPinnedContext))
    throw new ForeignError('CONTENT_NOT_SUPPORTED', 'a context that is not pinned');
  const { options, algorithm, header64, signature } = proofOf(proof);
  let isComplete = false;
  return {
    format: DIVOC_FORMAT,
    findSigners({ divoc }): SignerSearch {
      if (divoc === undefined) return { problem: 'TRUST_LIST_MISSING' };
      const { issuer } = document;
      const signers = typeof issuer === 'string' ? divoc.signersByIssuer.get(issuer) : undefined;
      return signers === undefined ? { problem: 'SIGNER_UNKNOWN' } : { signers };
    },
    async isSignedBy(key: ForeignPublicKey, crypto: Crypto) {
      const optionsHash = await canonicalHash(crypto, options);
      const documentHash = await canonicalHash(crypto, document);
      if (optionsHash === undefined || documentHash === undefined) return false;
      isComplete = optionsHash.isComplete && documentHash.isComplete;
      const signedBytes = concatBytes(toUtf8(`${header64}.`), optionsHash.hash, documentHash.hash);
      return isJwsSignedBy({ algorithm, signature, signedBytes }, key, crypto);
    },
    read: () => contentOf(document),
    // Part of it is in no signature: anybody may have written that.
    signerProblems: (): readonly ContentProblem[] => (isComplete ? [] : ['CONTENT_NOT_SUPPORTED']),
  };
}

function contentOf(document: JsonObject): ForeignContent {
  const { issuanceDate, expirationDate } = document;
  const issuedAtSeconds = typeof issuanceDate === 'string' ? toUnixSeconds(issuanceDate) : undefined;
  const expiresAtSeconds = typeof expirationDate === 'string' ? toUnixSeconds(expirationDate) : undefined;
  return {
    ...(issuedAtSeconds === undefined ? {} : { issuedAtSeconds }),
    ...(expiresAtSeconds === undefined ? {} : { expiresAtSeconds }),
    records: divocRecords(document),
    content: document,
  };
}

function documentOf(bytes: Uint8Array): JsonObject {
  try {
    const document = parseStrictJson(bytes);
    if (isJsonObject(document)) return document;
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
  }
  throw malformed('not a JSON object');
}

function partsIn(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members: readonly JsonValue[] = isJsonArray(value) ? value : Object.values(value);
  return members.reduce<number>((sum, member) => sum + partsIn(member), isJsonArray(value) ? 0 : 1);
}

function proofOf(proof: unknown): Proof {
  if (!isObject(proof)) throw malformed('no proof');
  const { jws, ...options } = proof;
  const algorithm = PROOFS.get(proof['type']);
  if (algorithm === undefined)
    throw new ForeignError('ALGORITHM_NOT_SUPPORTED', 'a proof that is not checked here');
  const [header64, empty, signature64, more] = typeof jws === 'string' ? jws.split('.') : [];
  if (!header64 || empty !== '' || !signature64 || more !== undefined)
    throw malformed('no detached signature');
  if (!isDetachedHeader(bytesOf(header64), algorithm)) throw malformed('a header of another form');
  return {
    options: { ...options, '@context': SECURITY_CONTEXT },
    algorithm,
    header64,
    signature: bytesOf(signature64.replace(/={1,2}$/, '')),
  };
}

/** `{"alg":"…","b64":false,"crit":["b64"]}` (RFC 7797 §6): just these. */
function isDetachedHeader(bytes: Uint8Array, algorithm: SignatureAlgorithm): boolean {
  const header = documentOf(bytes);
  const { alg, b64, crit } = header;
  const isCritical = isJsonArray(crit) && crit.length === 1 && crit[0] === 'b64';
  return alg === algorithm && b64 === false && isCritical;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw malformed('not base64url', { cause });
  }
}

function malformed(what: string, options?: ErrorOptions): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not a DIVOC certificate: ${what}`, options);
}
