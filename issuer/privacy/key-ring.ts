/**
 * The epochs that a store's values live under. Outside of a turn (`epoch-turn.ts`) there is one; during a turn two:
 * the newest seals and names, the older still open and are still found.
 *
 * An epoch also makes the names under which a record can be found by what a person could guess: its whole content,
 * its document. So when an epoch dies, an old copy of the store can neither be read nor be asked "is she in it?".
 *
 * Stores from before there were epoch files: their epochs are keys of the secrets file, and their names are those
 * of `keyed-index.ts`. The first turn ends both.
 */
import { createHmac } from 'node:crypto';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { invariant } from '../../core/errors.ts';
import { readUint32, toUint32 } from '../../service/big-endian.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { Envelope, type KeyEncryptionKey } from '../../service/envelope.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import { KeyedIndex } from '../keyed-index.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { EpochKeys } from './epoch-keys.ts';
import { readTurn } from './turn-state.ts';

/** A person's document as records have it. */
export type DocumentReference = Readonly<Record<'docType' | 'docIssuer' | 'docNumber', string>>;

/** Keyed names of one thing. */
export interface Names {
  /** Of `newest`. */
  readonly epoch: number;
  /** The one to write. */
  readonly newest: Uint8Array;
  /** Those to look under: by each epoch that lives. */
  readonly all: readonly Uint8Array[];
}

export interface KeyRingOptions {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly folder: string;
  readonly did: string;
  /** The keys of the secrets file. */
  readonly keyEncryption: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];
  /** 32 bytes. */
  readonly indexKey: Uint8Array;
  readonly randomBytes: RandomBytes;
}

/** The newest epoch that anything may be sealed under, u32: a store never goes on without its keys. */
const EPOCH = toUtf8('epoch');
/** There while values live under keys of the secrets file. */
const LEGACY = toUtf8('legacy-epochs');

export class KeyRing {
  readonly envelope: Envelope;
  readonly #options: KeyRingOptions;
  readonly #files: EpochKeys;
  #legacy: readonly KeyEncryptionKey[];
  #names: readonly KeyedIndex[] = [];

  private constructor(options: KeyRingOptions, files: EpochKeys, legacy: readonly KeyEncryptionKey[]) {
    this.#options = options;
    this.#files = files;
    this.#legacy = legacy;
    this.envelope = new Envelope(this.keys, options.randomBytes);
    this.#nameAnew();
  }

  /** Throws `ISSUER_EPOCH_LOST` when the store's values need a key that is not there. */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const { folder, did, keyEncryption, randomBytes, tables } = options;
    const root = new Envelope(keyEncryption, randomBytes);
    const turn = await readTurn(tables);
    const deadBefore = turn?.stage === 'destroy' ? turn.to : 0;
    const files = await EpochKeys.open({ folder, root, did, randomBytes }, deadBefore);
    const noted = await tables.meta.get(EPOCH);
    const newest = noted === undefined ? undefined : readUint32(noted);
    if (newest === undefined) await foundFirst(options, root, files);
    else if (!files.keys.some(({ epoch }) => epoch === newest)) {
      throw new IssuerError('ISSUER_EPOCH_LOST', `the key of epoch ${newest} is not in its folder`);
    }
    const isFromBefore = (await tables.meta.get(LEGACY)) !== undefined;
    return new KeyRing(options, files, isFromBefore ? keyEncryption : []);
  }

  /** All that open, for whoever seals in another thread. */
  get keys(): readonly [KeyEncryptionKey, ...KeyEncryptionKey[]] {
    const [first, ...others] = [...this.#legacy, ...this.#files.keys];
    if (first === undefined) throw new IssuerError('ISSUER_EPOCH_LOST', 'there is no key of any epoch');
    return [first, ...others];
  }

  /** Some values may live under an older epoch than the newest. */
  get isTurning(): boolean {
    return this.keys.length > 1;
  }

  /** The secrets file has a newer key than the one that guards this epoch: a reason to end it. */
  get isUnderOldRoot(): boolean {
    return this.#files.isUnderOldRoot;
  }

  /** Begins the next epoch, or goes on with the one begun; it seals from now on. */
  async begin(): Promise<number> {
    const { store } = this.#options;
    const next = this.isTurning ? undefined : await this.#files.create(this.envelope.epoch + 1);
    const epoch = next?.epoch ?? this.envelope.epoch;
    // Commit point: a crash before it leaves a key that has sealed nothing, and that the next turn goes on with.
    await store.commit(new WriteBatch().put(TABLES.meta, EPOCH, toUint32(epoch)));
    if (next !== undefined) {
      this.envelope.addKey(next);
      this.#nameAnew();
    }
    return epoch;
  }

  /** The legacy is over: a part of the batch that ends a turn. */
  endLegacy(batch: WriteBatch): void {
    batch.delete(TABLES.meta, LEGACY);
  }

  /** Destroys all older keys, on the disk and here. */
  async destroyBefore(epoch: number): Promise<void> {
    await this.#files.destroyBefore(epoch);
    this.#legacy = [];
    this.envelope.dropKeysBefore(epoch);
    this.#nameAnew();
  }

  /** The names of a record by its content. */
  recordNames(canonicalRecord: Uint8Array): Names {
    return this.#namesFrom((index) => index.ofRecord(canonicalRecord));
  }

  /** The names of a person's document. */
  documentNames({ docType, docIssuer, docNumber }: DocumentReference): Names {
    const document = toUtf8(toCanonicalJson({ docType, docIssuer, docNumber }));
    return this.#namesFrom((index) => index.ofDocument(document));
  }

  /** The names of what a record was issued again from. */
  originalNames(originalId: string): Names {
    const original = toUtf8(originalId);
    return this.#namesFrom((index) => index.ofOriginal(original));
  }

  #namesFrom(name: (index: KeyedIndex) => Uint8Array): Names {
    const all = this.#names.map(name);
    const [newest] = all;
    invariant(newest !== undefined, 'there is an epoch');
    return { epoch: this.envelope.epoch, newest, all };
  }

  /** Newest first. */
  #nameAnew(): void {
    const { indexKey } = this.#options;
    const epochs = this.#files.keys.toReversed().map(({ key }) => {
      return new KeyedIndex(createHmac('sha256', indexKey).update('hcl/index/2/epoch').update(key).digest());
    });
    this.#names = this.#legacy.length === 0 ? epochs : [...epochs, new KeyedIndex(indexKey)];
  }
}

/** The first epoch of a store; what is in the store already lives under the keys of the secrets file. */
async function foundFirst(
  { store, tables }: KeyRingOptions,
  root: Envelope,
  files: EpochKeys,
): Promise<void> {
  const first = files.keys[0]?.epoch ?? (await files.create(root.epoch + 1)).epoch;
  const batch = new WriteBatch().put(TABLES.meta, EPOCH, toUint32(first));
  if ((await tables.lists.first()) !== undefined) batch.put(TABLES.meta, LEGACY, new Uint8Array(0));
  await store.commit(batch);
}
