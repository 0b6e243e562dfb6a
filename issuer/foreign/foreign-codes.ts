/**
 * Tells a stored record in the words of another system, on request. The code is one more credential of the record: in its
 * sealed entry, with a handle and a leaf of its own in the lanes, so that it is anchored, released, acted on, accounted
 * for and erased by the same code as our own two.
 *
 * Asked for again it is the same, as long as it has not ended and its key and certificate sign now.
 */
import { toBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { equalBytes } from '../../core/bytes/equal.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import { batchClassOf } from '../../core/credential/credential-type.ts';
import { toLowS } from '../../core/credential/low-s.ts';
import type { Crypto } from '../../core/crypto.ts';
import { toUint64 } from '../../service/big-endian.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { placeKey, placeNumber } from '../acts/place.ts';
import type { Acts } from '../acts/acts.ts';
import { IssuerError } from '../errors.ts';
import { encodeHandleEntry } from '../handle-entry.ts';
import type { RecordIssuer } from '../issue.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { PresentKey } from '../keys/signing-desk.ts';
import { laneOf, type Lanes } from '../lanes.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { Lock } from '../lock.ts';
import type { KeyRing } from '../privacy/key-ring.ts';
import { putChanged } from '../privacy/traces.ts';
import {
  recordOf,
  type ForeignFormat,
  type RecordEntry,
  type RecordSealer,
  type SignedParts,
} from '../record-entry.ts';
import { statusPlaceOf } from '../status-place.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import type { DocumentSigner, DocumentSigners } from './document-signers.ts';
import { headerOf } from './format.ts';
import { makeForeign, revocationName, type MakingForeign } from './make.ts';
import { encodeForeignCode } from './revocations.ts';

export interface ForeignCodesDependencies {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly ring: KeyRing;
  readonly sealer: RecordSealer;
  readonly lanes: Lanes;
  readonly lists: ListAllocator;
  readonly acts: Pick<Acts, 'statusOf'>;
  readonly records: Pick<RecordIssuer, 'whileStill' | 'checkRoom'>;
  /** As in `privacy/erasure.ts`. */
  readonly recordsLock: Lock;
  readonly key: PresentKey;
  readonly signers: DocumentSigners;
  /** How codes name the issuer. */
  readonly naming: Pick<MakingForeign, 'country' | 'name' | 'url'>;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  /** A new leaf waits for a batch. */
  readonly onStored: () => void;
}

interface Wanted {
  readonly format: ForeignFormat;
  readonly signer: DocumentSigner;
}

interface SignedCode {
  readonly parts: Required<SignedParts>;
  /** As in `MadeCode`. */
  readonly listedKid: string;
}

const HANDLE_BYTES = 16;

export class ForeignCodes {
  readonly #deps: ForeignCodesDependencies;

  constructor(deps: ForeignCodesDependencies) {
    this.#deps = deps;
  }

  /**
   * The handle of the record's code in this format; on the disk when it resolves. Throws `RECORD_NOT_FOUND`,
   * `CREDENTIAL_NOT_VALID` for a record that was revoked, suspended or superseded, `FOREIGN_RECORD_UNFIT`,
   * `FOREIGN_NOT_SET_UP`, `ISSUER_SIGNING_FAILED`, `ISSUER_BUSY`, `ISSUER_HALTED`.
   */
  async issue(recordId: string, format: ForeignFormat): Promise<string> {
    const { index, records, recordsLock, signers } = this.#deps;
    const number = index.fromRecordId(recordId);
    if (number === undefined) throw recordNotFound();
    const entry = await this.#openValid(number);
    const found = this.#present(entry, { format, signer: await signers.present() });
    if (found !== undefined) return found.handle;
    // Nothing else may reserve entries of lanes meanwhile, change the key or the record.
    return await records.whileStill(() => recordsLock.run(async () => await this.#issueOnce(number, format)));
  }

  async #issueOnce(number: number, format: ForeignFormat): Promise<string> {
    const { records, signers } = this.#deps;
    records.checkRoom();
    const entry = await this.#openValid(number);
    const wanted = { format, signer: await signers.present() };
    const found = this.#present(entry, wanted);
    if (found !== undefined) return found.handle;
    const made = await this.#sign(entry, wanted);
    await this.#commit(entry, number, made);
    return made.parts.foreign.handle;
  }

  /** The code that is there already, if it will do. */
  #present({ credentials }: RecordEntry, { format, signer }: Wanted): SignedParts['foreign'] {
    const { crypto, now } = this.#deps;
    const nowSeconds = now() / 1000;
    const header = headerOf(format, signer, crypto);
    if (header === undefined) return undefined;
    return credentials.findLast(
      ({ foreign, headerBytes }) =>
        foreign?.format === format &&
        equalBytes(headerBytes, header) &&
        (foreign.expiresAtSeconds ?? Infinity) > nowSeconds,
    )?.foreign;
  }

  async #sign(entry: RecordEntry, { format, signer }: Wanted): Promise<SignedCode> {
    const { crypto, key, naming, now, randomBytes } = this.#deps;
    const handle = toBase64url(randomBytes(HANDLE_BYTES));
    const nowSeconds = Math.floor(now() / 1000);
    const making = { crypto, ...naming, signer, handle, nowSeconds };
    const { headerBytes, payloadBytes, signedBytes, listedKid, expiresAtSeconds } = makeForeign(
      format,
      recordOf(entry),
      making,
    );
    const signature = await signed(key, signedBytes);
    const ends = expiresAtSeconds === undefined ? {} : { expiresAtSeconds };
    const foreign = { format, handle, kid: key.kid, ...ends };
    return { parts: { headerBytes, payloadBytes, signature, foreign }, listedKid };
  }

  /** Record, leaf, handle and the code's name on revocation lists in one batch. */
  async #commit(entry: RecordEntry, number: number, { parts, listedKid: kid }: SignedCode): Promise<void> {
    const { crypto, store, index, lanes, lists, naming, randomBytes, now, onStored } = this.#deps;
    const { foreign, headerBytes, payloadBytes } = parts;
    const { format, handle } = foreign;
    const place = entry.credentials.length;
    const changed = { ...entry, credentials: [...entry.credentials, parts] };
    const leaf = leafHash(crypto, commitmentOf(crypto, headerBytes, payloadBytes));
    const lane = laneOf(batchClassOf(recordOf(entry).type), (randomBytes(1)[0] ?? 0) & 1);
    const named = index.ofHandle(handle);
    const status = placeKey(placeNumber(statusPlaceOf(changed, place, lists)));
    const name = revocationName(format, { crypto, country: naming.country, handle });
    const batch = new WriteBatch();
    const first = lanes.append(lane, [{ leafHash: leaf, recordNumber: number, place }], batch);
    putChanged(batch, number, changed, this.#deps);
    batch
      .put(TABLES.handles, named, encodeHandleEntry({ recordNumber: number, place, lane, entry: first }))
      .put(TABLES.foreignCodes, concatBytes(status, named), encodeForeignCode({ format, kid, name }));
    // Commit point: before it there is no such code, after it the pipeline finds its leaf, also after a restart.
    await store.commit(batch);
    lanes.commit(lane, 1, now());
    onStored();
  }

  /** The record's entry; nothing is handed out of one that was taken back. */
  async #openValid(number: number): Promise<RecordEntry> {
    const { tables, sealer, acts, lists } = this.#deps;
    const sealed = await tables.records.get(toUint64(number));
    if (sealed === undefined) throw recordNotFound();
    const entry = sealer.open(number, sealed);
    const { value } = await acts.statusOf(statusPlaceOf(entry, entry.credentials.length, lists));
    if (value !== 'valid') throw new IssuerError('CREDENTIAL_NOT_VALID', `the record is ${value}`);
    return entry;
  }
}

async function signed(key: PresentKey, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return toLowS(await key.sign(bytes));
  } catch (cause) {
    throw new IssuerError('ISSUER_SIGNING_FAILED', 'whoever holds the signing key did not sign', { cause });
  }
}

function recordNotFound(): IssuerError {
  return new IssuerError('RECORD_NOT_FOUND', 'no record has this id');
}
