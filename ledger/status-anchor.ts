/** Publishes the versions of an issuer's status lists, each once. */
import { hexlify } from 'ethers';
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';
import { statusAnchorAbi } from './abi.ts';
import { readContract } from './contract-call.ts';
import { checkDeployment, type Deployment } from './deployment.ts';
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

export class StatusAnchorClient {
  readonly #rpc: LedgerRpc;
  readonly #deployment: Deployment;
  readonly #sender: Sender;
  readonly #issuer: Hex;

  constructor(options: StatusAnchorOptions) {
    this.#rpc = options.rpc;
    this.#deployment = options.deployment;
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
        await checkDeployment(this.#rpc, this.#deployment);
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
