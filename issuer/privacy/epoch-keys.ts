/**
 * The key-encryption keys of the epochs, a file each, in a folder apart from the store:
 *
 *   epoch-0000000002.key = envelope of the 32 key bytes under the keys of the secrets file (`service/envelope.ts`),
 *                          bound to "hcl/epoch/1\0" ‖ DID ‖ "\0" ‖ epoch
 *
 * Destroying one makes every copy of what it wrapped worthless, wherever the copy lies. So a copy of this folder
 * must be somewhere files can be destroyed too, and never in the same place as a copy of the store.
 *
 * A file that was overwritten and not yet unlinked holds nothing but zeros; opening finishes the job.
 */
import { open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { epochOf, type Envelope, type KeyEncryptionKey } from '../../service/envelope.ts';
import { makePrivateFolder, syncFolder, writeFileAtomically } from '../../service/files.ts';

export interface EpochKeysOptions {
  readonly folder: string;
  /** Opens and seals the files. */
  readonly root: Envelope;
  readonly did: string;
  readonly randomBytes: RandomBytes;
}

const KEY_BYTES = 32;
const FILE_NAME = /^epoch-(\d{10})\.key$/;

export class EpochKeys {
  readonly #options: EpochKeysOptions;
  readonly #keys = new Map<number, Uint8Array>();
  #isUnderOldRoot = false;

  private constructor(options: EpochKeysOptions) {
    this.#options = options;
  }

  /** Reads all keys; those before `deadBefore`, and those half destroyed, are destroyed first. */
  static async open(options: EpochKeysOptions, deadBefore: number): Promise<EpochKeys> {
    const keys = new EpochKeys(options);
    await makePrivateFolder(options.folder);
    for (const name of (await readdir(options.folder)).toSorted()) {
      const epoch = Number(FILE_NAME.exec(name)?.[1] ?? 0);
      if (epoch > 0) await keys.#read(epoch, deadBefore);
    }
    return keys;
  }

  /** By rising epoch. */
  get keys(): readonly KeyEncryptionKey[] {
    return [...this.#keys].map(([epoch, key]) => ({ epoch, key })).toSorted((a, b) => a.epoch - b.epoch);
  }

  /** A file is still encrypted with a key of the secrets file that is not its newest. */
  get isUnderOldRoot(): boolean {
    return this.#isUnderOldRoot;
  }

  /** A fresh key, on the disk when it resolves. */
  async create(epoch: number): Promise<KeyEncryptionKey> {
    const { root, randomBytes } = this.#options;
    const key = randomBytes(KEY_BYTES);
    await writeFileAtomically(this.#pathOf(epoch), root.seal(key, this.#aadOf(epoch)));
    this.#keys.set(epoch, key);
    return { epoch, key };
  }

  /** Overwrites, syncs and unlinks; again is no error. What flash storage makes of that: docs/privacy.md. */
  async destroyBefore(epoch: number): Promise<void> {
    for (const [known, key] of this.#keys) {
      if (known >= epoch) continue;
      await destroyFile(this.#pathOf(known));
      key.fill(0);
      this.#keys.delete(known);
    }
    await syncFolder(this.#options.folder);
    this.#isUnderOldRoot = false;
  }

  async #read(epoch: number, deadBefore: number): Promise<void> {
    const path = this.#pathOf(epoch);
    const sealed = await readFile(path);
    if (epoch < deadBefore || sealed.every((byte) => byte === 0)) return await destroyFile(path);
    const { root } = this.#options;
    this.#keys.set(epoch, Uint8Array.from(root.open(sealed, this.#aadOf(epoch))));
    if (epochOf(sealed) < root.epoch) this.#isUnderOldRoot = true;
  }

  #pathOf(epoch: number): string {
    return join(this.#options.folder, `epoch-${String(epoch).padStart(10, '0')}.key`);
  }

  #aadOf(epoch: number): Uint8Array {
    return toUtf8(`hcl/epoch/1\0${this.#options.did}\0${epoch}`);
  }
}

async function destroyFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    await file.write(new Uint8Array(size), 0, size, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await unlink(path);
}
