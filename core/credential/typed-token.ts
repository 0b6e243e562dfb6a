/**
 * A compact JWS of one type: its `typ` says what it is, so that no token is taken for one of another kind (RFC 8725
 * §3.11), and its `kid` whose it claims to be.
 */
import { CredentialError } from './errors.ts';
import { isEs256Header, splitJws } from './jwt.ts';

export interface TokenForm {
  readonly typ: string;
  /** In characters; a longer text is not looked at. */
  readonly maxLength: number;
}

export interface TypedToken {
  readonly kid: string;
  readonly payloadBytes: Uint8Array;
}

/** Takes the token apart; nothing is verified. Throws `CREDENTIAL_MALFORMED` unless it is ES256 of this form. */
export function splitTypedToken(text: string, { typ, maxLength }: TokenForm): TypedToken {
  if (text.length > maxLength) throw malformed(typ);
  const { header, payloadBytes } = splitJws(text);
  if (!isEs256Header(header) || typeof header !== 'object' || header === null) throw malformed(typ);
  if (!('typ' in header && header['typ'] === typ && 'kid' in header)) throw malformed(typ);
  const { kid } = header;
  if (typeof kid !== 'string') throw malformed(typ);
  return { kid, payloadBytes };
}

function malformed(typ: string): CredentialError {
  return new CredentialError('CREDENTIAL_MALFORMED', `not a token of type ${typ}`);
}
