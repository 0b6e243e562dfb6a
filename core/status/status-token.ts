/**
 * A status list as its issuer publishes it: a JWT of type `statuslist+jwt`
 * (draft-ietf-oauth-status-list §5.1), `{"exp":…,"iat":…,"status_list":{"bits":2,"lst":"…"},"sub":"<uri>",
 * "ttl":…,"version":…}`. `version` is ours: it is part of the digest that the ledger vouches for.
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parseCanonicalJson } from '../bytes/canonical-json.ts';
import { signToken, verifyJwsWithDidJwt, type SigningKey } from '../credential/jwt.ts';
import { splitTypedToken, type TokenForm } from '../credential/typed-token.ts';
import { HclError } from '../errors.ts';
import { decodeStatusList, encodeStatusList, type StatusList } from './token-status-list.ts';

export class StatusTokenError extends HclError<'STATUS_TOKEN_MALFORMED' | 'STATUS_TOKEN_SIGNATURE'> {}

export interface StatusToken {
  /** URI of the list, `sub`. */
  readonly uri: string;
  readonly version: number;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  /** How long a copy may be used before asking again. */
  readonly ttlSeconds: number;
  readonly list: StatusList;
}

const FORM: TokenForm = { typ: 'statuslist+jwt', maxLength: 8 * 1024 * 1024 };
const Natural = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Payload = Type.Object(
  {
    exp: Natural,
    iat: Natural,
    status_list: Type.Object({ bits: Type.Literal(2), lst: Type.String() }, { additionalProperties: false }),
    sub: Type.String({ minLength: 1 }),
    ttl: Natural,
    version: Natural,
  },
  { additionalProperties: false },
);
const payload = Compile(Payload);

export async function signStatusToken(token: StatusToken, key: SigningKey): Promise<string> {
  const { uri, version, issuedAtSeconds, expiresAtSeconds, ttlSeconds, list } = token;
  const claims = {
    exp: expiresAtSeconds,
    iat: issuedAtSeconds,
    status_list: encodeStatusList(list),
    sub: uri,
    ttl: ttlSeconds,
    version,
  };
  return (await signToken(claims, FORM.typ, key)).jws;
}

/** The `kid` that a token names; nothing is verified. Throws `STATUS_TOKEN_MALFORMED`. */
export function kidOfStatusToken(text: string): string {
  return asMalformed(() => splitTypedToken(text, FORM).kid);
}

/** Base64url of the compressed list in a token; nothing is verified. Throws `STATUS_TOKEN_MALFORMED`. */
export function lstOfStatusToken(text: string): string {
  return asMalformed(() => claimsIn(splitTypedToken(text, FORM).payloadBytes).status_list.lst);
}

/**
 * Reads a token that `publicKey` signed. Its times are the caller's to judge.
 *
 * Throws `STATUS_TOKEN_SIGNATURE` or `STATUS_TOKEN_MALFORMED`.
 * @param publicKey 65 bytes, SEC 1 uncompressed
 */
export function readStatusToken(text: string, publicKey: Uint8Array): StatusToken {
  const { payloadBytes } = asMalformed(() => splitTypedToken(text, FORM));
  if (!verifyJwsWithDidJwt(text, publicKey)) {
    throw new StatusTokenError('STATUS_TOKEN_SIGNATURE', 'the status list is not signed by this key');
  }
  return asMalformed(() => {
    const { sub, version, iat, exp, ttl, status_list } = claimsIn(payloadBytes);
    return {
      uri: sub,
      version,
      issuedAtSeconds: iat,
      expiresAtSeconds: exp,
      ttlSeconds: ttl,
      list: decodeStatusList(status_list),
    };
  });
}

function claimsIn(payloadBytes: Uint8Array): Type.Static<typeof Payload> {
  const claims: unknown = parseCanonicalJson(payloadBytes);
  if (!payload.Check(claims)) throw malformed();
  return claims;
}

function asMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof StatusTokenError) throw cause;
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): StatusTokenError {
  return new StatusTokenError('STATUS_TOKEN_MALFORMED', 'not a status list token', { cause });
}
