/** A compact JWS: a health card if it is deflated, else a credential. */
import { isJsonObject, parseStrictJson } from '../../bytes/strict-json.ts';
import { fromBase64url } from '../../bytes/base64url.ts';
import { BytesError } from '../../bytes/errors.ts';
import type { ForeignCode } from '../foreign-code.ts';
import { shcOf } from '../shc/shc.ts';
import { decodeCredentialJwt } from './credential.ts';

/** Throws `ForeignError`. */
export function decodeJwt(token: string): ForeignCode {
  return isDeflated(token) ? shcOf(token) : decodeCredentialJwt(token);
}

function isDeflated(token: string): boolean {
  try {
    const header = parseStrictJson(fromBase64url(token.slice(0, Math.max(0, token.indexOf('.')))));
    return isJsonObject(header) && header['zip'] === 'DEF';
  } catch (error) {
    if (error instanceof BytesError) return false;
    throw error;
  }
}
