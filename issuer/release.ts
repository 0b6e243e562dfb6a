/**
 * Hands out what was issued. A credential is released when its batch and its status list are on the ledger,
 * and even then only with a proof that, just now, led from its own bytes to the batch's root: what leaves the
 * house can be verified, or it does not leave.
 */
import { equalBytes } from '../core/bytes/equal.ts';
import { commitmentOf, leafHash } from '../core/commitment/leaf.ts';
import { batchRootFromPath } from '../core/commitment/proof.ts';
import type { Profile } from '../core/credential/claims.ts';
import { parseHeader } from '../core/credential/parse.ts';
import type { Crypto } from '../core/crypto.ts';
import { invariant } from '../core/errors.ts';
import { encodeCode } from '../core/qr/code.ts';
import type { IssuableRecord } from '../core/record/derived.ts';
import { toUint64 } from '../service/big-endian.ts';
import type { BatchAnchorage, Batches, InclusionProof } from './batches.ts';
import { IssuerError } from './errors.ts';
import { foreignText } from './foreign/format.ts';
import { decodeHandleEntry, type HandleEntry } from './handle-entry.ts';
import type { KeyedIndex } from './keyed-index.ts';
import type { Lanes } from './lanes.ts';
import type { ListAllocator } from './list-allocator.ts';
import {
  formOf,
  handleOf,
  ownCredentials,
  PROFILES,
  recordOf,
  type RecordEntry,
  type RecordSealer,
  type SignedParts,
} from './record-entry.ts';
import type { IssuedCredential } from './row.ts';
import { statusPlaceOf } from './status-place.ts';
import type { Status, StatusPlace } from './status.ts';
import type { IssuerTables } from './store.ts';

export interface ReleaseDependencies {
  readonly crypto: Crypto;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly sealer: RecordSealer;
  readonly batches: Batches;
  readonly lanes: Lanes;
  readonly lists: ListAllocator;
  readonly status: Status;
}

export interface StoredRecord {
  readonly recordId: string;
  readonly type: string;
  readonly credentials: readonly IssuedCredential[];
}

export type HeldCredential = IssuedCredential & {
  readonly recordId: string;
  /** The text of the code; there once it is released. */
  readonly code?: string;
};

/** A stored record as it is answered and acknowledged, with all its credentials in the order of its entry. */
export interface DescribedRecord {
  readonly credentials: readonly IssuedCredential[];
  /** Of the credentials, in their order. */
  readonly leafHashes: readonly Uint8Array[];
}

/** A leaf, and its place on the ledger once it has one. */
export interface Inclusion {
  readonly leafHash: Uint8Array;
  /** Key that signed the credential, and SHA-256 of its payload: what the leaf is made of. */
  readonly kid: string;
  readonly payloadHash: Uint8Array;
  readonly place?: InclusionProof & BatchAnchorage;
}

/** What a credential was made of. */
export interface Origin {
  readonly record: IssuableRecord;
  readonly statusPlace: StatusPlace;
}

interface Found extends HandleEntry {
  readonly record: RecordEntry;
  readonly parts: SignedParts;
}

const NOTHING_HELD: DescribedRecord = { credentials: [], leafHashes: [] };

export class Release {
  readonly #deps: ReleaseDependencies;

  constructor(deps: ReleaseDependencies) {
    this.#deps = deps;
  }

  /** Throws `RECORD_NOT_FOUND`. */
  async record(recordId: string): Promise<StoredRecord> {
    const number = this.#deps.index.fromRecordId(recordId);
    const entry = number === undefined ? undefined : await this.#entry(number);
    if (number === undefined || entry === undefined) throw recordNotFound();
    return { recordId, type: recordOf(entry).type, credentials: await this.#describeEntry(entry) };
  }

  /** The record itself; throws `RECORD_NOT_FOUND`. */
  async content(recordId: string): Promise<IssuableRecord> {
    const number = this.#deps.index.fromRecordId(recordId);
    const entry = number === undefined ? undefined : await this.#entry(number);
    if (entry === undefined) throw recordNotFound();
    return recordOf(entry);
  }

  /** The credentials of a record that is there; none when it was erased a moment ago. */
  async describe(recordNumber: number): Promise<DescribedRecord> {
    const entry = await this.#entry(recordNumber);
    if (entry === undefined) return NOTHING_HELD;
    try {
      const leafHashes = entry.credentials.map((parts) => this.#leafOf(parts));
      return { credentials: await this.#describeEntry(entry), leafHashes };
    } catch (error) {
      return ifErased(error, NOTHING_HELD);
    }
  }

  /** The leaves of a record's own credentials; none when there is no such record, or it was erased a moment ago. */
  async inclusions(recordNumber: number): Promise<readonly Inclusion[]> {
    const entry = await this.#entry(recordNumber);
    const own = entry === undefined ? [] : ownCredentials(entry);
    const leaves = Promise.all(own.map((parts) => this.#inclusionOf(parts)));
    return await leaves.catch((error: unknown) => ifErased(error, []));
  }

  /** Of which record a credential is; throws `CREDENTIAL_NOT_FOUND`. */
  async recordIdOf(handle: string): Promise<string> {
    return this.#deps.index.toRecordId((await this.#handleEntry(handle)).recordNumber);
  }

  /** The handle of a record's own credential; throws `RECORD_NOT_FOUND`. */
  async handleOf(recordId: string, profile: Profile): Promise<string> {
    const number = this.#deps.index.fromRecordId(recordId);
    const entry = number === undefined ? undefined : await this.#entry(number);
    const parts = entry?.credentials[PROFILES.indexOf(profile)];
    if (parts === undefined) throw recordNotFound();
    return handleOf(parts);
  }

  /** Throws `CREDENTIAL_NOT_FOUND`. */
  async credential(handle: string): Promise<HeldCredential> {
    const found = await this.#find(handle);
    const profile = formOf(found.parts, found.place);
    const recordId = this.#deps.index.toRecordId(found.recordNumber);
    const code = await this.#codeOf(found);
    return code === undefined
      ? { recordId, profile, handle, state: 'anchoring' }
      : { recordId, profile, handle, state: 'released', code };
  }

  /**
   * Tells, whenever it is asked, whether a record's own credential is released: costs nothing, where whoever waits asks at
   * every step. Throws as {@link handleOf}, `CREDENTIAL_NOT_FOUND`.
   */
  async watch(recordId: string, profile: Profile): Promise<() => boolean> {
    const { batches, status } = this.#deps;
    const found = await this.#findOwn(recordId, profile);
    const { lane, entry } = found;
    const { list } = this.#placeOf(found);
    return () => status.isPublished(list) && batches.isFinal({ lane, entry });
  }

  /** The text of a record's own credential, `undefined` until it is released; throws as {@link watch}. */
  async codeOf(recordId: string, profile: Profile): Promise<string | undefined> {
    return await this.#codeOf(await this.#findOwn(recordId, profile));
  }

  /** The record of a credential, and where the credential's status stands; throws `CREDENTIAL_NOT_FOUND`. */
  async origin(handle: string): Promise<Origin> {
    const found = await this.#find(handle);
    return { record: recordOf(found.record), statusPlace: this.#placeOf(found) };
  }

  /** The text of a released credential; throws `CREDENTIAL_NOT_FOUND`, `CREDENTIAL_NOT_RELEASED`. */
  async code(handle: string): Promise<string> {
    const code = await this.#codeOf(await this.#find(handle));
    if (code === undefined)
      throw new IssuerError('CREDENTIAL_NOT_RELEASED', 'it waits for its batch to be anchored');
    return code;
  }

  /** Where the status of a credential stands; throws `CREDENTIAL_NOT_FOUND`. */
  async statusPlace(handle: string): Promise<StatusPlace> {
    return this.#placeOf(await this.#find(handle));
  }

  /** The status entries of a record, one for each of its own credentials; throws `RECORD_NOT_FOUND`. */
  async statusPlaces(recordId: string): Promise<readonly StatusPlace[]> {
    const number = this.#deps.index.fromRecordId(recordId);
    const entry = number === undefined ? undefined : await this.#entry(number);
    if (entry === undefined) throw recordNotFound();
    return ownCredentials(entry).map((_, place) => this.#placeOf({ record: entry, place }));
  }

  /** Whether the ledger says that some credential of a record is revoked or superseded. */
  isWithdrawn(record: RecordEntry): boolean {
    return ownCredentials(record).some((_, place) => {
      const value = this.#deps.status.publishedValue(this.#placeOf({ record, place }));
      return value === 'revoked' || value === 'superseded';
    });
  }

  async #codeOf(found: Found): Promise<string | undefined> {
    const { crypto, batches, lanes, status } = this.#deps;
    if (!status.isPublished(this.#placeOf(found).list)) return undefined;
    const batch = await batches.findFinalOf(found);
    if (batch === undefined) return undefined;
    const { root, index, path } = await batches.proofOf(batch, lanes, found.entry);
    const proven = batchRootFromPath(crypto, { leafHash: this.#leafOf(found.parts), index, path });
    invariant(equalBytes(proven, root), 'a credential leads to the root of its batch');
    const { foreign } = found.parts;
    if (foreign !== undefined) return foreignText(foreign.format, found.parts);
    return encodeCode({ ...found.parts, index, path });
  }

  async #describeEntry(entry: RecordEntry): Promise<readonly IssuedCredential[]> {
    return await Promise.all(
      entry.credentials.map(async (parts, place): Promise<IssuedCredential> => {
        const handle = handleOf(parts);
        const found = await this.#handleEntry(handle);
        const isPublished = this.#deps.status.isPublished(this.#placeOf({ record: entry, place }).list);
        const isFinal = isPublished && (await this.#deps.batches.findFinalOf(found)) !== undefined;
        return { profile: formOf(parts, place), handle, state: isFinal ? 'released' : 'anchoring' };
      }),
    );
  }

  async #inclusionOf(parts: SignedParts): Promise<Inclusion> {
    const { batches, crypto, lanes } = this.#deps;
    const { kid } = parseHeader(parts.headerBytes);
    const leaf = { leafHash: this.#leafOf(parts), kid, payloadHash: crypto.sha256(parts.payloadBytes) };
    const found = await this.#handleEntry(handleOf(parts));
    const batch = await batches.findFinalOf(found);
    if (batch === undefined) return leaf;
    const proof = await batches.proofOf(batch, lanes, found.entry);
    return { ...leaf, place: { ...proof, ...(await batches.anchorageOf(batch.number)) } };
  }

  #leafOf({ headerBytes, payloadBytes }: SignedParts): Uint8Array {
    const { crypto } = this.#deps;
    return leafHash(crypto, commitmentOf(crypto, headerBytes, payloadBytes));
  }

  #placeOf({ record, place }: Pick<Found, 'record' | 'place'>): StatusPlace {
    return statusPlaceOf(record, place, this.#deps.lists);
  }

  async #find(handle: string): Promise<Found> {
    const found = await this.#handleEntry(handle);
    const record = await this.#entry(found.recordNumber);
    const parts = record?.credentials[found.place];
    if (record === undefined || parts === undefined) throw credentialNotFound();
    return { ...found, record, parts };
  }

  async #findOwn(recordId: string, profile: Profile): Promise<Found> {
    const number = this.#deps.index.fromRecordId(recordId);
    const record = number === undefined ? undefined : await this.#entry(number);
    const parts = record?.credentials[PROFILES.indexOf(profile)];
    if (record === undefined || parts === undefined) throw recordNotFound();
    return { ...(await this.#handleEntry(handleOf(parts))), record, parts };
  }

  async #handleEntry(handle: string): Promise<HandleEntry> {
    const value = await this.#deps.tables.handles.get(this.#deps.index.ofHandle(handle));
    if (value === undefined) throw credentialNotFound();
    return decodeHandleEntry(value);
  }

  async #entry(recordNumber: number): Promise<RecordEntry | undefined> {
    const sealed = await this.#deps.tables.records.get(toUint64(recordNumber));
    return sealed === undefined ? undefined : this.#deps.sealer.open(recordNumber, sealed);
  }
}

/** A record that was read has lost its handles: it was erased in between. */
function ifErased<Answer>(error: unknown, answer: Answer): Answer {
  if (error instanceof IssuerError && error.code === 'CREDENTIAL_NOT_FOUND') return answer;
  throw error;
}

function credentialNotFound(): IssuerError {
  return new IssuerError('CREDENTIAL_NOT_FOUND', 'no credential has this handle');
}

function recordNotFound(): IssuerError {
  return new IssuerError('RECORD_NOT_FOUND', 'no record has this id');
}
