/**
 * The operator's file of foreign signers:
 *
 *   { "hcert":  [{ "kid": "<base64>", "certificate": "<base64 DER>", "country": "XX" }],
 *     "shc":    [{ "iss": "https://…", "keys": [JWK] }],
 *     "vdsnc":  [{ "certificate": "<base64 DER>" }] }
 *
 * docs/foreign-codes.md lists the members that go beyond these. A file with anything wrong in it is refused as a
 * whole, and the error names the entry.
 */
import type { Crypto } from '../crypto.ts';
import { BytesError } from '../bytes/errors.ts';
import { parseStrictJson } from '../bytes/strict-json.ts';
import type { JsonValue } from '../bytes/canonical-json.ts';
import { toUnixSeconds } from '../record/calendar.ts';
import type { ForeignTrust } from './foreign-trust.ts';
import { loadHcertTrust } from './hcert/trust.ts';
import { TrustEntry } from './trust-entry.ts';
import { TrustListError } from './trust-error.ts';
import { certificateOf } from './x509/pinned.ts';

const MEMBERS = ['name', 'validUntil', 'hcert', 'hcertAuthorities'];

/** Throws `TRUST_LIST_…`. */
export async function parseForeignTrust(
  crypto: Crypto,
  bytes: Uint8Array,
  nowSeconds: number,
): Promise<ForeignTrust> {
  const file = new TrustEntry('', jsonOf(bytes));
  file.only(MEMBERS);
  refuseExpired(file, nowSeconds);
  return file.get('hcert') === undefined ? {} : { hcert: await hcertOf(crypto, file) };
}

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseStrictJson(bytes);
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new TrustListError('TRUST_LIST_INVALID', 'the file is not JSON', { cause });
    throw cause;
  }
}

function refuseExpired(file: TrustEntry, nowSeconds: number): void {
  const validUntil = file.optionalText('validUntil');
  if (validUntil === undefined) return;
  const untilSeconds = toUnixSeconds(validUntil);
  if (untilSeconds === undefined) throw file.invalid('validUntil', 'is not a time: YYYY-MM-DDThh:mm:ssZ');
  if (nowSeconds >= untilSeconds) {
    throw new TrustListError('TRUST_LIST_EXPIRED', `the list was valid until ${validUntil}`);
  }
}

function hcertOf(crypto: Crypto, file: TrustEntry): ReturnType<typeof loadHcertTrust> {
  const authorities = file.entries('hcertAuthorities').map((entry) => certificateOf(entry));
  return loadHcertTrust(crypto, file.entries('hcert'), authorities);
}
