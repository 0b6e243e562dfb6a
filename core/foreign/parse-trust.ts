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
import { loadDivocTrust } from './divoc/trust.ts';
import { loadHkTrust } from './hk/trust.ts';
import { loadCredentialTrust } from './jose/trust.ts';
import { loadHcertTrust } from './hcert/trust.ts';
import { addSnapshot, type SignedSnapshot } from './shc/directory.ts';
import { ShcTrustBuilder, type ShcTrust } from './shc/trust.ts';
import { TrustEntry } from './trust-entry.ts';
import { TrustListError } from './trust-error.ts';
import { loadVdsncTrust } from './vdsnc/trust.ts';
import { certificateOf } from './x509/pinned.ts';

const MEMBERS = [
  'name',
  'validUntil',
  'hcert',
  'hcertAuthorities',
  'shc',
  'shcDirectories',
  'vdsnc',
  'vdsncRevocations',
  'jwt',
  'hk',
  'divoc',
];

export interface TrustSources {
  readonly nowSeconds: number;
  /** A file that the list names, by a path beside its own; absent: lists may name none. */
  readonly readFile?: (path: string) => Promise<Uint8Array>;
}

/** Throws `TRUST_LIST_…`, and what `readFile` throws. */
export async function parseForeignTrust(
  crypto: Crypto,
  bytes: Uint8Array,
  sources: TrustSources,
): Promise<ForeignTrust> {
  const file = new TrustEntry('', jsonOf(bytes));
  file.only(MEMBERS);
  const validUntilSeconds = refuseExpired(file, sources.nowSeconds);
  const has = (...names: readonly string[]): boolean => names.some((name) => file.get(name) !== undefined);
  const hcert = has('hcert') ? await hcertOf(crypto, file) : undefined;
  const shc = has('shc', 'shcDirectories') ? await shcOf(crypto, file, sources) : undefined;
  const vdsnc = has('vdsnc')
    ? await loadVdsncTrust(crypto, file.entries('vdsnc'), file.entries('vdsncRevocations'))
    : undefined;
  const jwt = has('jwt') ? loadCredentialTrust(crypto, file.entries('jwt')) : undefined;
  const hk = has('hk') ? loadHkTrust(crypto, file.entries('hk')) : undefined;
  const divoc = has('divoc') ? loadDivocTrust(crypto, file.entries('divoc')) : undefined;
  return {
    ...(validUntilSeconds === undefined ? {} : { validUntilSeconds }),
    ...(hcert === undefined ? {} : { hcert }),
    ...(shc === undefined ? {} : { shc }),
    ...(vdsnc === undefined ? {} : { vdsnc }),
    ...(jwt === undefined ? {} : { jwt }),
    ...(hk === undefined ? {} : { hk }),
    ...(divoc === undefined ? {} : { divoc }),
  };
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

/** When it expires, if it says so. */
function refuseExpired(file: TrustEntry, nowSeconds: number): number | undefined {
  const validUntil = file.optionalText('validUntil');
  if (validUntil === undefined) return undefined;
  const untilSeconds = toUnixSeconds(validUntil);
  if (untilSeconds === undefined) throw file.invalid('validUntil', 'is not a time: YYYY-MM-DDThh:mm:ssZ');
  if (nowSeconds >= untilSeconds) {
    throw new TrustListError('TRUST_LIST_EXPIRED', `the list was valid until ${validUntil}`);
  }
  return untilSeconds;
}

function hcertOf(crypto: Crypto, file: TrustEntry): ReturnType<typeof loadHcertTrust> {
  const authorities = file.entries('hcertAuthorities').map((entry) => certificateOf(entry));
  return loadHcertTrust(crypto, file.entries('hcert'), authorities);
}

async function shcOf(crypto: Crypto, file: TrustEntry, sources: TrustSources): Promise<ShcTrust> {
  const builder = new ShcTrustBuilder(crypto);
  for (const entry of file.entries('shc')) await builder.addIssuer(entry);
  for (const entry of file.entries('shcDirectories')) {
    const snapshot = await snapshotOf(entry, sources);
    await addSnapshot(crypto, builder, snapshot, sources.nowSeconds);
  }
  return builder.build();
}

async function snapshotOf(entry: TrustEntry, { readFile }: TrustSources): Promise<SignedSnapshot> {
  entry.only(['snapshotFile', 'signatureFile', 'certificate', 'maxAgeDays']);
  if (readFile === undefined) throw entry.invalid('snapshotFile', 'cannot be read here');
  const maxAgeDays = entry.get('maxAgeDays');
  if (maxAgeDays !== undefined && (typeof maxAgeDays !== 'number' || maxAgeDays <= 0)) {
    throw entry.invalid('maxAgeDays', 'is not a number of days');
  }
  return {
    place: entry.place,
    bytes: await readFile(entry.text('snapshotFile')),
    signature: await readFile(entry.text('signatureFile')),
    certificate: certificateOf(entry),
    ...(maxAgeDays === undefined ? {} : { maxAgeDays }),
  };
}
