/**
 * The secret of a health file, from which the salts of its digests come (`evidence-salt.ts`). A file of before there were
 * any is given one with the next thing that is stored of it. What auditors were shown before stays as it is: the leaves
 * are on the ledger. While a ruling holds the file waits, since the act that two people have approved names a digest
 * without one.
 */
import { toBase64url } from '../../core/bytes/base64url.ts';
import type { RandomBytes } from '../../service/clock.ts';
import type { HealthFile } from './health-file.ts';
import { hasLiveRulings } from './merge.ts';

const SECRET_BYTES = 16;

export function makeSecret(randomBytes: RandomBytes): string {
  return toBase64url(randomBytes(SECRET_BYTES));
}

/** To be stored with whatever digests are made of it. */
export function withSecret(
  file: HealthFile,
  { nowSeconds, randomBytes }: { readonly nowSeconds: number; readonly randomBytes: RandomBytes },
): HealthFile {
  if (file.secret !== undefined || hasLiveRulings(file, nowSeconds)) return file;
  return { ...file, secret: makeSecret(randomBytes) };
}
