/**
 * The nullifier: what the ledger holds in place of a converted code. One code for one target has one, so it can be
 * spent once; whoever merely saw the code cannot tell it, because the source issuer's secret is in it:
 *
 *   HMAC-SHA-256(secret 32, "hcl/nullifier/1\0" ‖ jti 16 ‖ UTF-8 DID of the target)
 */
import { concatBytes } from '../bytes/concat.ts';
import { fromBase64url } from '../bytes/base64url.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { hmacSha256 } from '../commitment/hmac.ts';
import type { Crypto } from '../crypto.ts';
import { invariant } from '../errors.ts';

const DOMAIN = toUtf8('hcl/nullifier/1\0');
const SECRET_BYTES = 32;
const HANDLE_BYTES = 16;

/** @param secret 32 bytes, the source's alone @param jti of the code that is converted @param target DID */
export function nullifierOf(
  crypto: Pick<Crypto, 'sha256'>,
  secret: Uint8Array,
  { jti, target }: { readonly jti: string; readonly target: string },
): Uint8Array {
  const handle = fromBase64url(jti);
  invariant(secret.length === SECRET_BYTES && handle.length === HANDLE_BYTES, 'secret and handle are whole');
  return hmacSha256(crypto, secret, concatBytes(DOMAIN, handle, toUtf8(target)));
}
