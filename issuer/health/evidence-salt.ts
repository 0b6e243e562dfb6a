/**
 * The salt of what a change or a ruling rests on. Auditors see the digest beside the salt of the act itself, and numbers
 * of cases are few enough to be tried one by one; so the digest has a salt of its own, which leads back to the person's
 * file. The issuer can say to a court what it was made of, for as long as it holds the file. What a file of
 * before there were secrets has given the auditors has the salt of the act alone, and stays what it is (`file-secret.ts`).
 */
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { HealthFile } from './health-file.ts';

const DOMAIN = toUtf8('hcl/evidence-salt/1\0');

/** @param salt of the act or ruling, 16 bytes base64url */
export function evidenceSalt(crypto: Crypto, { secret }: Pick<HealthFile, 'secret'>, salt: string): string {
  if (secret === undefined) return salt;
  return toBase64url(crypto.sha256(concatBytes(DOMAIN, fromBase64url(secret), fromBase64url(salt))));
}
