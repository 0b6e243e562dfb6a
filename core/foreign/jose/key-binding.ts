/**
 * The holder's own signature at the end of an SD-JWT (RFC 9901 §4.3): over a hash of everything before it, with the key
 * in `cnf`. Nobody here asked for it with a nonce, so a good one proves nothing of now; a bad one is a forgery.
 */
import { toBase64url } from '../../bytes/base64url.ts';
import { BytesError } from '../../bytes/errors.ts';
import { isJsonObject, parseStrictJson, type JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { Crypto } from '../../crypto.ts';
import { ForeignError } from '../errors.ts';
import { TrustEntry } from '../trust-entry.ts';
import { TrustListError } from '../trust-error.ts';
import { importKey } from '../x509/pinned.ts';
import { isJwsSignedBy, parseJws } from './jws.ts';
import { jwkOf } from './jwk.ts';

/** @param before the SD-JWT up to and with its last `~` */
export async function isBoundToHolder(
  crypto: Crypto,
  {
    token,
    before,
    payload,
  }: { readonly token: string; readonly before: string; readonly payload: JsonObject },
): Promise<boolean> {
  const jws = parseJws(token);
  const { cnf } = payload;
  if (jws.header['typ'] !== 'kb+jwt' || !isJsonObject(cnf)) return false;
  const claims = claimsOf(jws.payload);
  if (claims['sd_hash'] !== toBase64url(crypto.sha256(toUtf8(before)))) return false;
  const key = importKey(crypto, spkiOf(cnf));
  return key !== undefined && (await isJwsSignedBy(jws, key, crypto));
}

function spkiOf(cnf: JsonObject): Uint8Array {
  try {
    return jwkOf(new TrustEntry('cnf.jwk', cnf['jwk'])).spki;
  } catch (cause) {
    if (cause instanceof TrustListError)
      throw new ForeignError('CONTENT_INVALID', 'a holder key that is none', { cause });
    throw cause;
  }
}

function claimsOf(payload: Uint8Array): JsonObject {
  try {
    const claims = parseStrictJson(payload);
    if (isJsonObject(claims)) return claims;
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
  }
  throw new ForeignError('CODE_MALFORMED', 'a key binding that is no JSON object');
}
