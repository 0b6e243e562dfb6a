/** Anchors the roots of an issuer's batches, each once, and finds them again. */
import { toHex } from '../core/bytes/hex.ts';
import { BATCH_CLASSES, type BatchClass } from '../core/credential/credential-type.ts';
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';
import { batchAnchorAbi } from './abi.ts';
import { readContract } from './contract-call.ts';
import type { Deployment } from './deployment.ts';
import { DeploymentCheck } from './deployment-check.ts';
import { LedgerError } from './errors.ts';
import { newestEvents, parseEvent } from './issuer-events.ts';
import type { LedgerRpc } from './rpc.ts';
import { parseObject, parseQuantity } from './rpc-values.ts';
import type { Receipt, Sender } from './sender.ts';

export interface BatchAnchorOptions {
  readonly rpc: LedgerRpc;
  readonly deployment: Deployment;
  /** The issuer's account. */
  readonly sender: Sender;
  readonly issuer: Hex;
}

export interface BatchToAnchor {
  /** 32 bytes. */
  readonly root: Uint8Array;
  readonly log2Size: number;
  readonly class: BatchClass;
  /** The issuer's last sequence plus one. */
  readonly expectedSequence: number;
}

/** What the ledger keeps of a root. */
export interface AnchoredBatch {
  /** Time of the block that anchored it. */
  readonly timeSeconds: number;
  readonly log2Size: number;
  readonly class: BatchClass;
  readonly sequence: number;
  readonly account: Hex;
}

export type BatchAnchored = Extract<LedgerEvent, { event: 'BatchAnchored' }>;

export class BatchAnchorClient {
  readonly #rpc: LedgerRpc;
  readonly #deployment: Deployment;
  readonly #sender: Sender;
  readonly #issuer: Hex;
  readonly #check: DeploymentCheck;

  constructor(options: BatchAnchorOptions) {
    this.#rpc = options.rpc;
    this.#deployment = options.deployment;
    this.#check = new DeploymentCheck(options);
    this.#sender = options.sender;
    this.#issuer = options.issuer;
  }

  /**
   * Anchors a root unless the issuer has anchored it already; either way says where it stands.
   *
   * Throws what `Sender.send` throws: `LEDGER_REVERTED` with `BatchAnchorWrongSequence` when another root has
   * taken the sequence. Before sending it makes sure of chain and contracts (`LEDGER_WRONG_CHAIN`,
   * `LEDGER_WRONG_GENESIS`, `LEDGER_CODE_CHANGED`).
   * After a retryable error call again with the same batch: it is anchored once all the same.
   */
  async anchor(batch: BatchToAnchor): Promise<AnchoredBatch> {
    const classNumber = BATCH_CLASSES.indexOf(batch.class);
    const values = [batch.root, batch.log2Size, classNumber, batch.expectedSequence];
    const receipt = await this.#sender.sendUnless(
      async () => {
        const found = this.find(this.#issuer, batch.root);
        found.catch(() => undefined); // what is wrong with the ledger itself is said first
        await this.#check.check();
        return (await found) !== undefined;
      },
      {
        to: this.#deployment.contracts.batchAnchor.address,
        data: batchAnchorAbi.encodeFunctionData('anchor', values) as Hex, // ethers gives lowercase hex
      },
    );
    // One that was there before has no receipt, or one without an event.
    const anchored = this.#anchoredBy(receipt, batch) ?? (await this.find(this.#issuer, batch.root));
    if (anchored === undefined) {
      throw new LedgerError('LEDGER_FATE_UNKNOWN', 'the ledger took a root and does not show it');
    }
    return anchored;
  }

  /** The entry of a root under an issuer, or `undefined`. */
  async find(issuer: Hex, root: Uint8Array): Promise<AnchoredBatch | undefined> {
    try {
      const [time, log2Size, classNumber, sequence, account] = await this.#read('anchorOf', [issuer, root]);
      return {
        timeSeconds: Number(time),
        log2Size: Number(log2Size),
        class: toBatchClass(Number(classNumber)),
        sequence: Number(sequence),
        account: String(account).toLowerCase() as Hex, // an address
      };
    } catch (error) {
      if (error instanceof LedgerError && error.revert?.name === 'BatchAnchorNotFound') return undefined;
      throw error;
    }
  }

  /** Sequence of the issuer's last batch, 0 before the first. */
  async sequence(issuer: Hex): Promise<number> {
    const [sequence] = await this.#read('sequenceOf', [issuer]);
    return Number(sequence);
  }

  /** What was anchored under an issuer after its batch `sequence`, in order, by whichever of its accounts. */
  async anchoredAfter(issuer: Hex, sequence: number): Promise<readonly BatchAnchored[]> {
    const { address, fromBlock } = this.#deployment.contracts.batchAnchor;
    const topics = batchAnchorAbi.encodeFilterTopics('BatchAnchored', [issuer]);
    return await newestEvents(
      this.#rpc,
      { address, topics, fromBlock },
      (event): event is BatchAnchored => event.event === 'BatchAnchored' && event.sequence > sequence,
    );
  }

  /** As its receipt says; `undefined` where that does not say it all: not every node adds the block's time to a log. */
  #anchoredBy(receipt: Receipt | undefined, { root }: BatchToAnchor): AnchoredBatch | undefined {
    for (const log of receipt?.logs ?? []) {
      const event = parseEvent(log);
      const { blockTimestamp } = parseObject(log, 'a log');
      if (event?.event !== 'BatchAnchored' || event.root !== toHex(root) || blockTimestamp === undefined)
        continue;
      return { ...standing(event), timeSeconds: parseQuantity(blockTimestamp, 'a time') };
    }
    return undefined;
  }

  async #read(name: string, values: readonly unknown[]): Promise<readonly unknown[]> {
    const { address } = this.#deployment.contracts.batchAnchor;
    return readContract(this.#rpc, { abi: batchAnchorAbi, address, name, values });
  }
}

function standing({
  account,
  class: classNumber,
  log2Size,
  sequence,
}: BatchAnchored): Omit<AnchoredBatch, 'timeSeconds'> {
  return { log2Size, class: toBatchClass(classNumber), sequence, account };
}

function toBatchClass(number: number): BatchClass {
  const batchClass = BATCH_CLASSES[number];
  if (batchClass === undefined)
    throw new LedgerError('LEDGER_BAD_REPLY', `the ledger knows no class ${number}`);
  return batchClass;
}
