/** A compact JWS: which system's it is, told from its header. */
import { isJsonObject, parseStrictJson } from '../../bytes/strict-json.ts';
import { fromBase64url } from '../../bytes/base64url.ts';
import { BytesError } from '../../bytes/errors.ts';
import { ForeignError } from '../errors.ts';
import type { ForeignCode } from '../foreign-code.ts';
import { shcOf } from '../shc/shc.ts';

/** Throws `ForeignError`. */
export function decodeJwt(token: string): ForeignCode {
  if (headerMember(token, 'zip') === 'DEF') return shcOf(token);
  throw new ForeignError('FORMAT_NOT_SUPPORTED', 'a JWT of no kind that is read here');
}

function headerMember(token: string, name: string): unknown {
  try {
    const header = parseStrictJson(fromBase64url(token.slice(0, token.indexOf('.'))));
    return isJsonObject(header) ? header[name] : undefined;
  } catch (error) {
    if (error instanceof BytesError) return undefined;
    throw error;
  }
}
