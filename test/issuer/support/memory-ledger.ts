/**
 * The contracts `BatchAnchor` and `StatusAnchor` for one issuer, in memory: same rules, same answers, and
 * faults on demand. It outlives the issuers that tests open, crash and open again.
 */
import { equalBytes } from '../../../core/bytes/equal.ts';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import type {
  AnchoredBatch,
  AnchorPort,
  BatchToAnchor,
  PublishedStatus,
  StatusPort,
  StatusToPublish,
} from '../../../issuer/ports.ts';

/** `lost`: nothing happens, the caller gets an error. `landed`: it happens, the caller gets an error. */
export type Fault = 'lost' | 'landed';

interface Entry extends AnchoredBatch {
  readonly root: Uint8Array;
}

interface StatusEntry extends PublishedStatus {
  readonly account: Hex;
}

export class MemoryLedger {
  readonly batches: Entry[] = [];
  readonly statuses: StatusEntry[] = [];
  /** The issuer's account that writes now. */
  account: Hex = '0x01';
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

  /** Of the account at the time it is asked for, as a process has one account. */
  get ledger(): AnchorPort {
    const { account } = this;
    return {
      account,
      anchor: async (batch) => {
        this.anchorCalls++;
        return this.#write(() => this.anchorAs(account, batch));
      },
      find: async (root) => this.#read(() => this.#find(root)),
      sequence: async () => this.#read(() => this.batches.length),
      anchoredAfter: async (sequence) =>
        this.#read(() =>
          this.batches
            .filter((entry) => entry.sequence > sequence)
            .map((entry) => ({ ...entry, root: toHex(entry.root) })),
        ),
    };
  }

  get status(): StatusPort {
    const { account } = this;
    return {
      account,
      publish: async (next) => {
        this.publishCalls++;
        this.#write(() => this.publishAs(account, next));
      },
      current: async () => this.#read(() => this.statuses.at(-1)),
      publishedAfter: async (version) =>
        this.#read(() => this.statuses.filter((entry) => entry.version > version)),
    };
  }

  anchorAs(account: Hex, batch: BatchToAnchor): AnchoredBatch {
    const there = this.#find(batch.root);
    if (there !== undefined) return there;
    if (batch.expectedSequence !== this.batches.length + 1) throw new Error('BatchAnchorWrongSequence');
    const { root, log2Size, class: batchClass, expectedSequence: sequence } = batch;
    const { timeSeconds } = this;
    const entry = { root: root.slice(), timeSeconds, log2Size, class: batchClass, sequence, account };
    this.batches.push(entry);
    this.#onBatch();
    return entry;
  }

  publishAs(account: Hex, { version, listsRoot, actsDigest, nextUpdate }: StatusToPublish): void {
    if (nextUpdate <= this.timeSeconds) throw new Error('StatusAnchorNextUpdateNotAhead');
    const next = { version, listsRoot: toHex(listsRoot), actsDigest: toHex(actsDigest), nextUpdate };
    const last = this.statuses.at(-1);
    if (last !== undefined && JSON.stringify({ ...next, account: last.account }) === JSON.stringify(last))
      return;
    if (version !== this.statuses.length + 1) throw new Error('StatusAnchorWrongVersion');
    this.statuses.push({ ...next, account });
  }

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
