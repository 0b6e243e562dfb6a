/**
 * The one place that signs and checks through did-jwt. Its ways that matter here: `createJWS` writes into the
 * header it is given and takes a string payload as already encoded; `verifyJWS` takes the algorithm from the
 * token's own header, and its base64 decoder is lenient. So a fresh header goes in, and only tokens whose
 * three parts are strict base64url and whose header says ES256 come near it.
 *
 * Scanners verify through the `Crypto` port instead (did-jwt's noble takes 3 ms); a test holds both to the
 * same answers.
 */
import { createJWS, verifyJWS } from 'did-jwt';
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { parseCanonicalJson, toCanonicalJson, type JsonValue } from '../bytes/canonical-json.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { CredentialClaims } from './claims.ts';
import { CredentialError } from './errors.ts';
import { toJwk } from './key.ts';
import { toLowS } from './low-s.ts';

/** ES256 over `message`: r ‖ s, 64 bytes. */
export type SignEs256 = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

export interface SigningKey {
  /** RFC 7638 thumbprint, base64url. */
  readonly kid: string;
  readonly sign: SignEs256;
}

/** A token in the parts from which everything else is made: the code, the commitment, the compact text. */
export interface SignedToken {
  /** JWS compact serialisation. */
  readonly jws: string;
  readonly headerBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** r ‖ s, 64 bytes, low-S. */
  readonly signature: Uint8Array;
}

export function signCredential(claims: CredentialClaims, key: SigningKey): Promise<SignedToken> {
  return signToken(claims, 'dc+sd-jwt', key);
}

/** Signs the canonical bytes of `payload` under the header `{alg, kid, typ}`. */
export async function signToken(
  payload: unknown,
  typ: string,
  { kid, sign }: SigningKey,
): Promise<SignedToken> {
  const payloadBytes = toUtf8(toCanonicalJson(payload));
  let signature: Uint8Array | undefined;
  const signer = async (input: string | Uint8Array): Promise<string> => {
    signature = toLowS(await sign(typeof input === 'string' ? toUtf8(input) : input));
    return toBase64url(signature);
  };
  const header = { alg: 'ES256', kid, typ };
  // did-jwt's type allows the `typ` of a plain JWT only, its code any.
  const jws = await createJWS(toBase64url(payloadBytes), signer, { ...header } as object, {
    canonicalize: true,
  });
  if (signature?.length !== 64) {
    throw new CredentialError('CREDENTIAL_SIGNATURE', 'the signer did not give 64 bytes');
  }
  return { jws, headerBytes: toUtf8(toCanonicalJson(header)), payloadBytes, signature };
}

export interface TokenParts {
  readonly header: JsonValue;
  readonly payloadBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Takes a compact JWS apart, strictly; throws `CREDENTIAL_MALFORMED`. Nothing is verified. */
export function splitJws(jws: string): TokenParts {
  const parts = jws.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw new CredentialError('CREDENTIAL_MALFORMED', 'a compact JWS has three parts');
  }
  try {
    return {
      header: parseCanonicalJson(fromBase64url(header)),
      payloadBytes: fromBase64url(payload),
      signature: fromBase64url(signature),
    };
  } catch (cause) {
    throw new CredentialError('CREDENTIAL_MALFORMED', 'not a compact JWS', { cause });
  }
}

/** Whether did-jwt finds the ES256 signature of a compact JWS good. Never throws. @param publicKey 65 bytes, SEC 1 */
export function verifyJwsWithDidJwt(jws: string, publicKey: Uint8Array): boolean {
  try {
    if (!isEs256Header(splitJws(jws).header)) return false;
    // did-jwt needs a verification method around the key; only the key is looked at.
    verifyJWS(jws, {
      id: '#key',
      type: 'JsonWebKey2020',
      controller: 'did:key',
      publicKeyJwk: toJwk(publicKey),
    });
    return true;
  } catch {
    return false;
  }
}

/** RFC 7515 §4.1.11: a header with `crit` asks for what we do not know. */
export function isEs256Header(header: JsonValue): boolean {
  if (typeof header !== 'object' || header === null) return false;
  return 'alg' in header && header['alg'] === 'ES256' && !('crit' in header);
}
