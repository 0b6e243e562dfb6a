/**
 * The contracts `BatchAnchor` and `StatusAnchor` for one issuer, in memory: same rules, same answers, and
 * faults on demand. It outlives the issuers that tests open, crash and open again.
 */
import { equalBytes } from '../../../core/bytes/equal.ts';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import { approverOf, type ApprovalPlace } from '../../../ledger/act-approval.ts';
import { CONTRACT_NAMES, parseDeployment } from '../../../ledger/deployment.ts';
import { addressOfKey, issuerIdOf } from '../../../ledger/identifiers.ts';
import type {
  ActApproval,
  ActBatchToAnchor,
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

interface ActsEntry {
  readonly root: Hex;
  readonly sequence: number;
  readonly approvers: readonly Hex[];
}

/** Keys of the two people who approve acts here. */
export const APPROVER_KEYS: readonly [Hex, Hex] = [`0x${'a1'.repeat(32)}`, `0x${'a2'.repeat(32)}`];

/** What approvals are given for; nobody looks up the contracts. */
export const PLACE: ApprovalPlace = {
  issuer: issuerIdOf('did:web:hk-dh.example'),
  deployment: parseDeployment(
    JSON.stringify({
      version: 1,
      chainId: 1,
      genesisHash: `0x${'00'.repeat(32)}`,
      contracts: Object.fromEntries(
        CONTRACT_NAMES.map((name, i) => [
          name,
          { address: `0x${String(i + 1).repeat(40)}`, codeHash: `0x${'00'.repeat(32)}`, fromBlock: 1 },
        ]),
      ),
    }),
  ),
};

export class MemoryLedger {
  readonly batches: Entry[] = [];
  readonly statuses: StatusEntry[] = [];
  readonly acts: ActsEntry[] = [];
  /** Whose approvals count. */
  readonly approvers: Set<Hex> = new Set(APPROVER_KEYS.map((key) => addressOfKey(key)));
  actCalls = 0;
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
      approverOf: (batch, signature) => approverOf(PLACE, batch, signature),
      isApprover: async (approver) => this.#read(() => this.approvers.has(approver)),
      actSequence: async () => this.#read(() => this.acts.length),
      anchorActs: async (batch, approvals) => {
        this.actCalls++;
        return this.#write(() => this.#anchorActs(account, batch, approvals));
      },
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

  /** As `StatusAnchor.anchorActs`: two different approvers over this batch as the next, in time. */
  #anchorActs(
    account: Hex,
    batch: ActBatchToAnchor,
    approvals: readonly [ActApproval, ActApproval],
  ): 'anchored' | 'refused' {
    if (this.acts.some(({ root }) => root === toHex(batch.root))) return 'anchored';
    if (this.timeSeconds > batch.deadline) return 'refused';
    const approvers = approvals.map(({ approver }) => approver);
    if (new Set([...approvers, account]).size !== 3) return 'refused';
    const next = { ...batch, sequence: this.acts.length + 1 };
    const isGood = approvals.every(
      ({ approver, signature }) =>
        this.approvers.has(approver) && approverOf(PLACE, next, signature) === approver,
    );
    if (!isGood) return 'refused';
    this.acts.push({ root: toHex(batch.root), sequence: next.sequence, approvers });
    return 'anchored';
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
