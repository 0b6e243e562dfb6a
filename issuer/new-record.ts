/**
 * A record → its two signed credentials. Each gets its own handle (128 bits from the operating system), its
 * own status entry and its own lane, drawn by lot.
 */
import { toBase64url } from '../core/bytes/base64url.ts';
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import { commitmentOf, leafHash } from '../core/commitment/leaf.ts';
import { batchClassOf } from '../core/credential/credential-type.ts';
import { toClaims } from '../core/credential/profiles.ts';
import type { Crypto } from '../core/crypto.ts';
import type { HealthRecord } from '../core/record/record.ts';
import type { RandomBytes } from '../service/clock.ts';
import { laneOf } from './lanes.ts';
import type { ListAllocator } from './list-allocator.ts';
import { PROFILES, type RecordEntry, type SignedParts } from './record-entry.ts';
import type { IssuerKey } from './signing.ts';

export interface MakerDependencies {
  readonly did: string;
  readonly crypto: Crypto;
  readonly key: Pick<IssuerKey, 'headerBytes' | 'signCredential'>;
  readonly lists: ListAllocator;
  readonly randomBytes: RandomBytes;
}

/** A credential that lacks nothing but its signature. */
export interface UnsignedCredential {
  readonly handle: string;
  readonly lane: number;
  readonly headerBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
}

export interface UnsignedRecord {
  readonly recordBytes: Uint8Array;
  /** In the order of `PROFILES`. */
  readonly credentials: readonly UnsignedCredential[];
}

export interface NewCredential extends UnsignedCredential, SignedParts {
  /** 32 bytes. */
  readonly leafHash: Uint8Array;
}

export interface NewRecord extends RecordEntry {
  /** In the order of `PROFILES`. */
  readonly credentials: readonly NewCredential[];
}

export interface Draft {
  readonly record: HealthRecord;
  readonly recordBytes: Uint8Array;
  readonly issuedAtSeconds: number;
}

const HANDLE_BYTES = 16;

export function prepareRecord(
  { record, recordBytes, issuedAtSeconds }: Draft,
  deps: MakerDependencies,
): UnsignedRecord {
  const { did, key, lists, randomBytes } = deps;
  const batchClass = batchClassOf(record.type);
  const side = (randomBytes(1)[0] ?? 0) & 1;
  const credentials = PROFILES.map((profile, place) => {
    const handle = toBase64url(randomBytes(HANDLE_BYTES));
    const claims = toClaims(record, profile, {
      iss: did,
      jti: handle,
      issuedAtSeconds,
      status: lists.allocate(profile),
    });
    const payloadBytes = toUtf8(toCanonicalJson(claims));
    return { handle, lane: laneOf(batchClass, side ^ place), headerBytes: key.headerBytes, payloadBytes };
  });
  return { recordBytes, credentials };
}

/** Signs in the thread pool, and makes the leaves. */
export async function signRecord(
  unsigned: UnsignedRecord,
  { crypto, key }: MakerDependencies,
): Promise<NewRecord> {
  const signatures = await Promise.all(
    unsigned.credentials.map((credential) => key.signCredential(credential.payloadBytes)),
  );
  const credentials = unsigned.credentials.map((credential, place) => {
    const { headerBytes, payloadBytes } = credential;
    const leaf = leafHash(crypto, commitmentOf(crypto, headerBytes, payloadBytes));
    // A signature for each credential, in their order.
    return { ...credential, signature: signatures[place]!, leafHash: leaf };
  });
  return { recordBytes: unsigned.recordBytes, credentials };
}
