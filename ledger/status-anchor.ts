/** Publishes the versions of an issuer's status lists and the batches of acts that explain them, each once. */
import { hexlify } from 'ethers';
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';
import { statusAnchorAbi, trustListAbi } from './abi.ts';
import type { ActApproval, ActBatchToApprove } from './act-approval.ts';
import { readContract } from './contract-call.ts';
import type { Deployment } from './deployment.ts';
import { DeploymentCheck } from './deployment-check.ts';
import { LedgerError } from './errors.ts';
import { newestEvents } from './issuer-events.ts';
import type { LedgerRpc } from './rpc.ts';
import type { Sender } from './sender.ts';

export interface StatusAnchorOptions {
  readonly rpc: LedgerRpc;
  readonly deployment: Deployment;
  /** The issuer's account. */
  readonly sender: Sender;
  readonly issuer: Hex;
}

export interface StatusVersion {
  /** The first is 1. */
  readonly version: number;
  /** 32 bytes, as lowercase hex. */
  readonly listsRoot: Hex;
  readonly actsDigest: Hex;
  /** Unix seconds. */
  readonly nextUpdate: number;
}

export type StatusPublished = Extract<LedgerEvent, { event: 'StatusPublished' }>;
type ActsAnchored = Extract<LedgerEvent, { event: 'ActsAnchored' }>;

/** The contract does not take these approvals, and never will: people have to approve anew. */
const APPROVALS_REFUSED: ReadonlySet<string> = new Set([
  'StatusAnchorDeadlinePassed',
  'StatusAnchorNotApprover',
  'StatusAnchorApproversNotDistinct',
  'StatusAnchorInvalidSignature',
]);

export class StatusAnchorClient {
  readonly #rpc: LedgerRpc;
  readonly #deployment: Deployment;
  readonly #sender: Sender;
  readonly #issuer: Hex;
  readonly #check: DeploymentCheck;

  constructor(options: StatusAnchorOptions) {
    this.#rpc = options.rpc;
    this.#deployment = options.deployment;
    this.#check = new DeploymentCheck(options);
    this.#sender = options.sender;
    this.#issuer = options.issuer;
  }

  /**
   * Publishes a version unless it stands already with the same content. Digests are 32 bytes.
   *
   * Throws what `Sender.send` throws (`LEDGER_REVERTED` with `StatusAnchorWrongVersion` when the version is not
   * the next), and as `checkDeployment`.
   */
  async publish(next: {
    readonly version: number;
    readonly listsRoot: Uint8Array;
    readonly actsDigest: Uint8Array;
    readonly nextUpdate: number;
  }): Promise<void> {
    const wanted = { ...next, listsRoot: hexlify(next.listsRoot), actsDigest: hexlify(next.actsDigest) };
    const values = [wanted.version, wanted.listsRoot, wanted.actsDigest, wanted.nextUpdate];
    await this.#sender.sendUnless(
      async () => {
        await this.#check.check();
        const current = await this.current(this.#issuer);
        return (
          current?.version === wanted.version &&
          current.listsRoot === wanted.listsRoot &&
          current.actsDigest === wanted.actsDigest &&
          current.nextUpdate === wanted.nextUpdate
        );
      },
      {
        to: this.#deployment.contracts.statusAnchor.address,
        data: statusAnchorAbi.encodeFunctionData('publish', values) as Hex, // ethers gives lowercase hex
      },
    );
  }

  /** What was published under an issuer after `version`, in order, by whichever of its accounts. */
  async publishedAfter(issuer: Hex, version: number): Promise<readonly StatusPublished[]> {
    const { address, fromBlock } = this.#deployment.contracts.statusAnchor;
    const topics = statusAnchorAbi.encodeFilterTopics('StatusPublished', [issuer]);
    return await newestEvents(
      this.#rpc,
      { address, topics, fromBlock },
      (event): event is StatusPublished => event.event === 'StatusPublished' && event.version > version,
    );
  }

  /**
   * Anchors a batch of acts unless it is anchored already. `refused`: the approvals do not count, be it that one
   * of the two is no approver any more, that the deadline has passed or that another batch took the sequence.
   *
   * Throws what `Sender.send` throws, `LEDGER_WRONG_CHAIN`, `LEDGER_WRONG_GENESIS`.
   */
  async anchorActs(
    batch: ActBatchToApprove,
    approvals: readonly [ActApproval, ActApproval],
  ): Promise<'anchored' | 'refused'> {
    const values = [hexlify(batch.root), batch.log2Size, batch.deadline, ...approvals];
    try {
      await this.#sender.sendUnless(
        async () => {
          await this.#check.check();
          return await this.#isAnchored(batch);
        },
        {
          to: this.#deployment.contracts.statusAnchor.address,
          data: statusAnchorAbi.encodeFunctionData('anchorActs', values) as Hex, // ethers gives lowercase hex
        },
      );
      return 'anchored';
    } catch (error) {
      if (!(error instanceof LedgerError) || !APPROVALS_REFUSED.has(error.revert?.name ?? '')) throw error;
      return 'refused';
    }
  }

  /** The sequence of the issuer's last batch of acts, 0 before the first. */
  async actSequence(issuer: Hex): Promise<number> {
    const [sequence] = await readContract(this.#rpc, {
      abi: statusAnchorAbi,
      address: this.#deployment.contracts.statusAnchor.address,
      name: 'actSequenceOf',
      values: [issuer],
    });
    return Number(sequence);
  }

  /** Whether this person's approval counts for the issuer now. */
  async isApprover(issuer: Hex, approver: Hex): Promise<boolean> {
    const [counts] = await readContract(this.#rpc, {
      abi: trustListAbi,
      address: this.#deployment.contracts.trustList.address,
      name: 'isApprover',
      values: [issuer, approver],
    });
    return counts === true;
  }

  /** The contract has no getter for a root: its event is looked for, once the sequence says it may be there. */
  async #isAnchored({ root, sequence }: ActBatchToApprove): Promise<boolean> {
    if ((await this.actSequence(this.#issuer)) < sequence) return false;
    const { address, fromBlock } = this.#deployment.contracts.statusAnchor;
    const topics = statusAnchorAbi.encodeFilterTopics('ActsAnchored', [this.#issuer, hexlify(root)]);
    const found = await newestEvents(
      this.#rpc,
      { address, topics, fromBlock },
      (event): event is ActsAnchored => event.event === 'ActsAnchored',
    );
    return found.length > 0;
  }

  /** The issuer's current version, or `undefined` before the first. */
  async current(issuer: Hex): Promise<StatusVersion | undefined> {
    const [version, listsRoot, actsDigest, nextUpdate] = await readContract(this.#rpc, {
      abi: statusAnchorAbi,
      address: this.#deployment.contracts.statusAnchor.address,
      name: 'statusOf',
      values: [issuer],
    });
    if (Number(version) === 0) return undefined;
    return {
      version: Number(version),
      listsRoot: String(listsRoot).toLowerCase() as Hex, // bytes32
      actsDigest: String(actsDigest).toLowerCase() as Hex, // bytes32
      nextUpdate: Number(nextUpdate),
    };
  }
}
