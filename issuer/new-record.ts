/**
 * A record → its two signed credentials. Each gets its own handle (128 bits from the operating system), its
 * own status entry and its own lane, drawn by lot.
 */
import { toBase64url } from '../core/bytes/base64url.ts';
import { commitmentOf, leafHash } from '../core/commitment/leaf.ts';
import { batchClassOf } from '../core/credential/credential-type.ts';
import type { Profile } from '../core/credential/claims.ts';
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
  readonly key: Pick<IssuerKey, 'signCredential'>;
  readonly lists: ListAllocator;
  readonly randomBytes: RandomBytes;
}

export interface NewCredential extends SignedParts {
  readonly handle: string;
  readonly lane: number;
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

export async function makeRecord(draft: Draft, deps: MakerDependencies): Promise<NewRecord> {
  const { crypto, did, key, lists, randomBytes } = deps;
  const batchClass = batchClassOf(draft.record.type);
  const side = (randomBytes(1)[0] ?? 0) & 1;
  const make = async (profile: Profile, place: number): Promise<NewCredential> => {
    const handle = toBase64url(randomBytes(HANDLE_BYTES));
    const { issuedAtSeconds } = draft;
    const options = { iss: did, jti: handle, issuedAtSeconds, status: lists.allocate(profile) };
    const { headerBytes, payloadBytes, signature } = await key.signCredential(toClaims(draft.record, profile, options));
    const leaf = leafHash(crypto, commitmentOf(crypto, headerBytes, payloadBytes));
    const lane = laneOf(batchClass, side ^ place);
    return { handle, lane, headerBytes, payloadBytes, signature, leafHash: leaf };
  };
  return { recordBytes: draft.recordBytes, credentials: await Promise.all(PROFILES.map(make)) };
}
