/**
 * What a replica had folded, beside its blocks, so that a start replays only what came after it: a form of
 * `core/trust/snapshot.ts`, replaced as a whole.
 *
 *   <folder>/snapshot.hcls
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import type { StatusLists } from '../core/status/accepted-lists.ts';
import type { Head } from '../core/trust/ledger-state.ts';
import { decodeSnapshot, snapshotParts, type Snapshot } from '../core/trust/snapshot.ts';
import { writeFileAtomically } from './files.ts';
import type { Log } from './logging.ts';

export const SNAPSHOT_FILE = 'snapshot.hcls';
/** After a snapshot that took a second to make, the next one comes 20 seconds later at the earliest… */
const REST_FACTOR = 20;
/** … and 1 second later for every 20 MB. How long the disk took does not count: a slow one would age the file. */
const BYTES_PER_MS = 20_000;

/** What the last run knew; a snapshot that is bad, or not there, is no loss: the store has all that the ledger said. */
export async function readSnapshot(
  folder: string,
  { crypto, log }: { readonly crypto: Crypto; readonly log: Log },
): Promise<Snapshot | undefined> {
  try {
    return decodeSnapshot(crypto, await readFile(join(folder, SNAPSHOT_FILE)));
  } catch (error) {
    if (error instanceof HclError) log.warn({ err: error }, 'the last snapshot cannot be used');
    return undefined;
  }
}

export interface WriteOptions {
  /** Now, however short ago the last one was. */
  readonly isLast?: boolean;
  /** Makes durable what the snapshot relies on; waited for. */
  readonly before?: () => Promise<void> | undefined;
}

export class SnapshotWriter {
  readonly #folder: string;
  readonly #crypto: Crypto;
  /** What the snapshot on disk was made from. */
  #written: { readonly head: Head; readonly lists: StatusLists } | undefined;
  #restsUntil = 0;

  constructor(folder: string, crypto: Crypto) {
    this.#folder = folder;
    this.#crypto = crypto;
  }

  /**
   * Only when something is new since the last one, and only so often that it takes a small part of our time. The state
   * stays as it is until this resolves.
   */
  async write(snapshot: Snapshot, { before, isLast = false }: WriteOptions = {}): Promise<void> {
    const startedAt = performance.now();
    if (startedAt < this.#restsUntil && !isLast) return;
    const { head } = snapshot.state;
    const { statusLists: lists } = snapshot;
    const isWritten = this.#written?.head === head && this.#written.lists === lists;
    if (head.number < 0 || isWritten) return;
    const parts = snapshotParts(this.#crypto, snapshot);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const restMs = REST_FACTOR * (performance.now() - startedAt) + bytes / BYTES_PER_MS;
    await before?.();
    await writeFileAtomically(join(this.#folder, SNAPSHOT_FILE), parts);
    this.#written = { head, lists };
    this.#restsUntil = performance.now() + restMs;
  }
}
