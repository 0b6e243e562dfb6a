/**
 * A record → the payloads of its two credentials. Each gets its own handle (128 bits from the operating system),
 * its own status entry and its own lane, drawn by lot.
 */
import { toBase64url } from '../core/bytes/base64url.ts';
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import { batchClassOf } from '../core/credential/credential-type.ts';
import { toClaims, type ClaimsOptions } from '../core/credential/profiles.ts';
import type { IssuableRecord } from '../core/record/derived.ts';
import { validityOf } from '../core/record/validity.ts';
import type { RandomBytes } from '../service/clock.ts';
import { laneOf } from './lanes.ts';
import type { ListAllocator } from './list-allocator.ts';
import { PROFILES } from './record-entry.ts';

export interface MakerDependencies {
  readonly did: string;
  readonly lists: ListAllocator;
  readonly randomBytes: RandomBytes;
}

/** A credential that lacks its signature. */
export interface NewCredential {
  readonly handle: string;
  readonly lane: number;
  /** Canonical. */
  readonly payloadBytes: Uint8Array;
}

const HANDLE_BYTES = 16;

/** In the order of `PROFILES`. */
export function newCredentials(
  record: IssuableRecord,
  issuedAtSeconds: number,
  { did, lists, randomBytes }: MakerDependencies,
): readonly NewCredential[] {
  const batchClass = batchClassOf(record.type);
  const validity = validityOf(record);
  const side = (randomBytes(1)[0] ?? 0) & 1;
  return PROFILES.map((profile, place) => {
    const handle = toBase64url(randomBytes(HANDLE_BYTES));
    const claims = toClaims(record, profile, {
      iss: did,
      jti: handle,
      issuedAtSeconds,
      status: lists.allocate(profile),
      ...(profile === 'travel' ? boundTo(record) : {}),
      ...validity,
    });
    return {
      handle,
      lane: laneOf(batchClass, side ^ place),
      payloadBytes: toUtf8(toCanonicalJson(claims)),
    };
  });
}

/** Only derived records name a holder's key; at a door it would link one code to the next. */
function boundTo(record: IssuableRecord): Pick<ClaimsOptions, 'holderKey'> {
  return 'holderKey' in record && record.holderKey !== undefined ? { holderKey: record.holderKey } : {};
}
