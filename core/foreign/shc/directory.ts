/**
 * The VCI directory's daily snapshot of all issuers' keys: `{directory, time, issuerInfo: [{issuer: {iss, name}, keys,
 * crls?}]}`, signed as a file with ECDSA P-521 and SHA-512 by the directory's certificate, which the operator pins.
 */
import type { Crypto } from '../../crypto.ts';
import { BytesError } from '../../bytes/errors.ts';
import { parseStrictJson } from '../../bytes/strict-json.ts';
import { toUnixSeconds } from '../../record/calendar.ts';
import { isOver, type ListLife } from '../list-life.ts';
import { TrustEntry } from '../trust-entry.ts';
import { TrustListError } from '../trust-error.ts';
import type { Certificate } from '../x509/certificate.ts';
import { isSignedByAuthority } from '../x509/authority.ts';
import type { ShcTrustBuilder } from './trust.ts';

export interface SignedSnapshot {
  /** How errors call it. */
  readonly place: string;
  readonly bytes: Uint8Array;
  /** ECDSA signature in DER. */
  readonly signature: Uint8Array;
  readonly certificate: Certificate;
  /** Refused when older; absent: of any age. */
  readonly maxAgeDays?: number;
}

const DAY_SECONDS = 86_400;

export interface SnapshotReport {
  /** Keys that break a rule of theirs: their cards are by unknown signers. */
  readonly refusedKeys: number;
}

/** Throws `TRUST_LIST_SIGNATURE`, `TRUST_LIST_EXPIRED`, `TRUST_LIST_INVALID`. */
export async function addSnapshot(
  crypto: Crypto,
  builder: ShcTrustBuilder,
  snapshot: SignedSnapshot,
  nowSeconds: number,
): Promise<SnapshotReport> {
  const { place, bytes, signature, certificate } = snapshot;
  if (nowSeconds > certificate.notAfterSeconds) {
    throw new TrustListError('TRUST_LIST_EXPIRED', `${place}: the certificate of its signer has expired`);
  }
  const signed = { signedBytes: bytes, signature, algorithm: 'ES512' } as const;
  if (!(await isSignedByAuthority(crypto, signed, certificate))) {
    throw new TrustListError('TRUST_LIST_SIGNATURE', `${place}: the signature does not match`);
  }
  const file = new TrustEntry(place, jsonOf(place, bytes));
  const listLife = lifeOf(file, snapshot);
  if (isOver(listLife, nowSeconds)) {
    throw new TrustListError('TRUST_LIST_EXPIRED', `${place}: older than ${snapshot.maxAgeDays} days`);
  }
  let refusedKeys = 0;
  for (const entry of file.entries('issuerInfo')) refusedKeys += await addIssuer(builder, entry, listLife);
  return { refusedKeys };
}

/** One bad key among a thousand does not take away the others; how many there are is told. */
async function addIssuer(builder: ShcTrustBuilder, entry: TrustEntry, listLife: ListLife): Promise<number> {
  const issuerEntry = new TrustEntry(`${entry.place}.issuer`, entry.get('issuer'));
  const issuer = {
    iss: issuerEntry.text('iss'),
    name: issuerEntry.optionalText('name'),
    isVouchedFor: true,
    hasLists: true,
    listLife,
  };
  let refused = 0;
  const attempt = async (add: () => unknown): Promise<void> => {
    try {
      await add();
    } catch (error) {
      if (!(error instanceof TrustListError)) throw error;
      refused++;
    }
  };
  for (const key of entry.entries('keys')) await attempt(() => builder.addKey(issuer, key));
  for (const list of entry.entries('crls')) await attempt(() => builder.addList(list));
  return refused;
}

/** Until it is too old, or the certificate that vouches for it has expired. */
function lifeOf(file: TrustEntry, { maxAgeDays = Infinity, certificate }: SignedSnapshot): ListLife {
  const fromSeconds = toUnixSeconds(file.text('time'));
  if (fromSeconds === undefined) throw file.invalid('time', 'is not a time');
  const tooOldAt = fromSeconds + maxAgeDays * DAY_SECONDS + 1;
  return { fromSeconds, untilSeconds: Math.min(tooOldAt, certificate.notAfterSeconds + 1) };
}

function jsonOf(place: string, bytes: Uint8Array): ReturnType<typeof parseStrictJson> {
  try {
    return parseStrictJson(bytes);
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new TrustListError('TRUST_LIST_INVALID', `${place} is not JSON`, { cause });
    throw cause;
  }
}
