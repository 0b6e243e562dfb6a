/**
 * The contracts `BatchAnchor` and `StatusAnchor` for one issuer, in memory: same rules, same answers, and
 * faults on demand. It outlives the issuers that tests open, crash and open again.
 */
import { equalBytes } from '../../../core/bytes/equal.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import type { AnchoredBatch, AnchorPort, PublishedStatus, StatusPort } from '../../../issuer/ports.ts';

/** `lost`: nothing happens, the caller gets an error. `landed`: it happens, the caller gets an error. */
export type Fault = 'lost' | 'landed';

interface Entry extends AnchoredBatch {
  readonly root: Uint8Array;
}

export class MemoryLedger {
  readonly batches: Entry[] = [];
  readonly statuses: PublishedStatus[] = [];
  /** Writes that were asked for, faults included. */
  anchorCalls = 0;
  publishCalls = 0;
  isDown = false;
  /** Unix seconds of the next block. */
  timeSeconds: number;
  /** Taken one for each write, in order. */
  readonly faults: (Fault | undefined)[] = [];

  constructor(timeSeconds: number) {
    this.timeSeconds = timeSeconds;
  }

  readonly ledger: AnchorPort = {
    anchor: async (batch) => {
      this.anchorCalls++;
      return this.#write(() => {
        const there = this.#find(batch.root);
        if (there !== undefined) return there;
        if (batch.expectedSequence !== this.batches.length + 1) throw new Error('BatchAnchorWrongSequence');
        const entry = {
          root: batch.root.slice(),
          timeSeconds: this.timeSeconds,
          log2Size: batch.log2Size,
          class: batch.class,
          sequence: batch.expectedSequence,
        };
        this.batches.push(entry);
        this.#onBatch();
        return entry;
      });
    },
    find: async (root) => this.#read(() => this.#find(root)),
    sequence: async () => this.#read(() => this.batches.length),
  };

  readonly status: StatusPort = {
    publish: async ({ version, listsRoot, actsDigest, nextUpdate }) => {
      this.publishCalls++;
      this.#write(() => {
        if (nextUpdate <= this.timeSeconds) throw new Error('StatusAnchorNextUpdateNotAhead');
        const next = { version, listsRoot: toHex(listsRoot), actsDigest: toHex(actsDigest), nextUpdate };
        const last = this.statuses.at(-1);
        if (JSON.stringify(last) === JSON.stringify(next)) return;
        if (version !== this.statuses.length + 1) throw new Error('StatusAnchorWrongVersion');
        this.statuses.push(next);
      });
    },
    current: async () => this.#read(() => this.statuses.at(-1)),
  };

  /** Resolves when there are that many batches. */
  async afterBatches(count: number): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#onBatch = () => {
      if (this.batches.length >= count) done.resolve();
    };
    await done.promise;
  }

  #onBatch: () => void = () => undefined;

  #find(root: Uint8Array): Entry | undefined {
    return this.batches.find((entry) => equalBytes(entry.root, root));
  }

  #read<Result>(read: () => Result): Result {
    if (this.isDown) throw new Error('the ledger is down');
    return read();
  }

  #write<Result>(write: () => Result): Result {
    const fault = this.isDown ? 'lost' : this.faults.shift();
    if (fault === 'lost') throw new Error('no answer, nothing written');
    const result = write();
    if (fault === 'landed') throw new Error('no answer, but written');
    return result;
  }
}
