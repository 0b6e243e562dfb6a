/**
 * The last acknowledged block, noted beside the database:
 *
 *     number, 8 bytes big endian ‖ block hash, 32 bytes ‖ first 8 bytes of keccak256 of both
 *
 * LevelDB takes a log that was cut short, or is gone, for one that was never written further, and opens as if the
 * blocks in it had never been. The note tells the two apart. It is written after its block is durable and is itself
 * not synced: after a power cut it may name an older block or be unreadable, which says nothing, but it can never
 * name a block that was not durable.
 */
import { closeSync, openSync, readFileSync, writeSync, constants } from 'node:fs';
import { bytesToBigInt, equalsBytes } from '@ethereumjs/util';
import type { LedgerCrypto } from './native-crypto.ts';
import { numberKey } from './store-keys.ts';

const BLOCK_BYTES = 40;
const CHECK_BYTES = 8;

export interface NotedBlock {
  readonly number: bigint;
  readonly hash: Uint8Array;
}

export class HeadNote implements Disposable {
  readonly #descriptor: number;
  readonly #crypto: LedgerCrypto;

  /** Opens the note for writing; what it says stays until the first {@link write}. */
  constructor(file: string, crypto: LedgerCrypto) {
    this.#descriptor = openSync(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
    this.#crypto = crypto;
  }

  /** Notes a block that is durable. */
  write({ number, hash }: NotedBlock): void {
    const note = new Uint8Array(BLOCK_BYTES + CHECK_BYTES);
    note.set(numberKey(number), 0);
    note.set(hash, 8);
    note.set(checkOf(note, this.#crypto), BLOCK_BYTES);
    writeSync(this.#descriptor, note, 0, note.length, 0);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

/** What the note says; `undefined` when there is none or it was torn. */
export function readHeadNote(file: string, crypto: LedgerCrypto): NotedBlock | undefined {
  const note = readIfThere(file);
  if (note?.length !== BLOCK_BYTES + CHECK_BYTES) return undefined;
  if (!equalsBytes(note.subarray(BLOCK_BYTES), checkOf(note, crypto))) return undefined;
  return { number: bytesToBigInt(note.subarray(0, 8)), hash: note.subarray(8, BLOCK_BYTES) };
}

function checkOf(note: Uint8Array, crypto: LedgerCrypto): Uint8Array {
  return crypto.keccak256(note.subarray(0, BLOCK_BYTES)).subarray(0, CHECK_BYTES);
}

function readIfThere(file: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(readFileSync(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
