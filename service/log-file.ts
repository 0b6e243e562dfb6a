/**
 * The checkpoint log on disk, beside the replica of who keeps one (publishing verifiers, witnesses):
 *
 *   <folder>/hashes   what `core/bundle/state-log.ts` keeps: 32 bytes each, appended only
 *   <folder>/blocks   for each leaf the number of its block, u64 big endian
 *
 * Written without waiting; `sync` makes it durable, before a snapshot is that relies on it. What was appended after
 * the snapshot that a start goes on from is cut off and made again from the same blocks.
 */
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LeafStore } from '../core/bundle/logged-state.ts';
import { storedPlace } from '../core/bundle/state-log.ts';
import { concatBytes } from '../core/bytes/concat.ts';
import { readUint64, toUint64 } from './big-endian.ts';
import { makePrivateFolder } from './files.ts';

/** A disk takes its time, in which others have theirs. */
const synced = promisify(fdatasync);

const HASH_BYTES = 32;
const NUMBER_BYTES = 8;

export class LogFile implements LeafStore {
  readonly #hashes: number;
  readonly #blocks: number;
  #length: number;
  #leaves: number;

  private constructor(hashes: number, blocks: number) {
    this.#hashes = hashes;
    this.#blocks = blocks;
    this.#length = Math.floor(fstatSync(hashes).size / HASH_BYTES);
    this.#leaves = Math.floor(fstatSync(blocks).size / NUMBER_BYTES);
  }

  static async open(folder: string): Promise<LogFile> {
    await makePrivateFolder(folder);
    const open = (name: string): number => openSync(join(folder, name), 'a+', 0o600);
    return new LogFile(open('hashes'), open('blocks'));
  }

  get length(): number {
    return this.#length;
  }

  read(place: number): Uint8Array {
    return readAt(this.#hashes, place, HASH_BYTES);
  }

  append(hashes: readonly Uint8Array[]): void {
    writeSync(this.#hashes, concatBytes(...hashes));
    this.#length += hashes.length;
  }

  /** The block of the leaf that was appended last. */
  appendBlock(number: number): void {
    writeSync(this.#blocks, toUint64(number));
    this.#leaves++;
  }

  /**
   * Cuts off what came after the leaf of block `number`; cuts off everything and returns `false` when there is no
   * such leaf with all its hashes.
   */
  goBackTo(number: number): boolean {
    const leaf = this.#leafOf(number);
    const hashes = leaf === undefined ? 0 : storedPlace(leaf + 1, 0);
    const isThere = leaf !== undefined && hashes <= this.#length;
    this.#leaves = isThere ? leaf + 1 : 0;
    this.#length = isThere ? hashes : 0;
    ftruncateSync(this.#blocks, this.#leaves * NUMBER_BYTES);
    ftruncateSync(this.#hashes, this.#length * HASH_BYTES);
    return isThere;
  }

  async sync(): Promise<void> {
    await Promise.all([synced(this.#hashes), synced(this.#blocks)]);
  }

  [Symbol.dispose](): void {
    closeSync(this.#hashes);
    closeSync(this.#blocks);
  }

  /** Numbers ascend. */
  #leafOf(number: number): number | undefined {
    let low = 0;
    let high = this.#leaves;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (readUint64(readAt(this.#blocks, middle, NUMBER_BYTES)) < number) low = middle + 1;
      else high = middle;
    }
    const isThere = low < this.#leaves && readUint64(readAt(this.#blocks, low, NUMBER_BYTES)) === number;
    return isThere ? low : undefined;
  }
}

function readAt(file: number, index: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  readSync(file, bytes, 0, length, index * length);
  return bytes;
}
