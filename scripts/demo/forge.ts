/**
 * What a checkpoint must not be fooled by: a genuine code altered, and a code made by somebody who stole an
 * issuer's signing key but cannot write to the ledger.
 */
import { randomBytes } from 'node:crypto';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { signCredential } from '../../core/credential/jwt.ts';
import { decodeCode, encodeCode } from '../../core/qr/code.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { issuerKeyOf } from '../../issuer/signing.ts';
import type { PrivateJwk } from '../../issuer/secrets.ts';

const HOUR_SECONDS = 3600;

/** The same code with another dose number, packed as neatly as the genuine one. */
export function tamper(code: string): string {
  const parts = decodeCode(code);
  const payload = fromUtf8(parts.payloadBytes) ?? '';
  const altered = payload.replace(
    /"doseNumber":(\d)/,
    (_, dose: string) => `"doseNumber":${(Number(dose) % 9) + 1}`,
  );
  return encodeCode({ ...parts, payloadBytes: toUtf8(altered) });
}

/**
 * A credential like the genuine one, with a new handle, really signed with the issuer's key, under an
 * inclusion path that leads to no anchored root.
 */
export async function forgeWithStolenKey(
  code: string,
  stolen: PrivateJwk,
  issuedAtSeconds: number,
): Promise<string> {
  const genuine = decodeCode(code);
  const claims = {
    ...parseClaims(genuine.payloadBytes),
    jti: randomBytes(16).toString('base64url'),
    iat: issuedAtSeconds - (issuedAtSeconds % HOUR_SECONDS),
  };
  const { headerBytes, payloadBytes, signature } = await signCredential(
    claims,
    issuerKeyOf(nodeCrypto, stolen),
  );
  return encodeCode({
    ...genuine,
    headerBytes,
    payloadBytes,
    signature,
    path: randomBytes(genuine.path.length),
  });
}
