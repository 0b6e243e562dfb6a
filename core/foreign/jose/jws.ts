/**
 * JWS in its compact form (RFC 7515 §7.1), one text for each token: strict base64url, no spaces, a header without
 * repeated members. Nothing in a header chooses a key: `jwk`, `jku`, `x5c` and `x5u` are not looked at.
 */
import { fromBase64url } from '../../bytes/base64url.ts';
import { BytesError } from '../../bytes/errors.ts';
import { isJsonObject, parseStrictJson, type JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import {
  SIGNATURE_ALGORITHMS,
  type Crypto,
  type ForeignPublicKey,
  type KeyKind,
  type SignatureAlgorithm,
} from '../../crypto.ts';
import { ForeignError } from '../errors.ts';

export interface Jws {
  readonly header: JsonObject;
  readonly algorithm: SignatureAlgorithm;
  readonly kid?: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** What the signature is over. */
  readonly signedBytes: Uint8Array;
}

/** RFC 7518 §3.1: in JOSE the algorithm names the curve too. */
const KIND: Readonly<Record<SignatureAlgorithm, KeyKind>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  ES256K: 'secp256k1',
  EdDSA: 'Ed25519',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
};

/** Throws `CODE_MALFORMED` or `ALGORITHM_NOT_SUPPORTED`. */
export function parseJws(token: string): Jws {
  const [header64, payload64, signature64, ...more] = token.split('.');
  if (!header64 || payload64 === undefined || !signature64 || more.length > 0)
    throw malformed('not three parts');
  const header = headerOf(header64);
  const kid = header['kid'];
  if (kid !== undefined && typeof kid !== 'string') throw malformed('a kid that is no text');
  return {
    header,
    algorithm: algorithmOf(header),
    payload: bytesOf(payload64),
    signature: bytesOf(signature64),
    signedBytes: toUtf8(`${header64}.${payload64}`),
    ...(kid === undefined ? {} : { kid }),
  };
}

export function isJwsSignedBy(
  { algorithm, signedBytes, signature }: Pick<Jws, 'algorithm' | 'signedBytes' | 'signature'>,
  key: ForeignPublicKey,
  crypto: Crypto,
): boolean | Promise<boolean> {
  return key.kind === KIND[algorithm] && crypto.verify(algorithm, key, signedBytes, signature);
}

function headerOf(text: string): JsonObject {
  try {
    const header = parseStrictJson(fromBase64url(text));
    if (!isJsonObject(header)) throw malformed('a header that is no object');
    // RFC 7515 §4.1.11, RFC 7797 §3: what must be understood is not.
    if (header['crit'] !== undefined || header['b64'] !== undefined) throw malformed('critical headers');
    return header;
  } catch (cause) {
    if (cause instanceof BytesError) throw malformed('a header that is no JSON', { cause });
    throw cause;
  }
}

/** `none`, HMACs and whatever else is not a signature under a public key are not supported, whoever asks. */
export function algorithmOf(header: JsonObject): SignatureAlgorithm {
  const name = header['alg'];
  const algorithm = SIGNATURE_ALGORITHMS.find((known) => known === name);
  if (typeof name !== 'string' || name === 'none') throw malformed('no algorithm');
  if (algorithm === undefined)
    throw new ForeignError('ALGORITHM_NOT_SUPPORTED', 'a JOSE algorithm not checked here');
  return algorithm;
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw malformed('not base64url', { cause });
  }
}

function malformed(what: string, options?: ErrorOptions): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not a compact JWS: ${what}`, options);
}
