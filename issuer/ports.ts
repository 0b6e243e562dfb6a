/**
 * What the issuer asks of the ledger. A port is bound to one account of one issuer; `issuer/ledger-ports.ts` joins
 * them to the real one, tests to one in memory.
 *
 * For both: what resolves is final. A rejection means *unknown*: the caller looks before it repeats.
 */
import type { Hex } from '../core/bytes/hex.ts';
import type { BatchClass } from '../core/credential/credential-type.ts';

export interface BatchToAnchor {
  /** 32 bytes. */
  readonly root: Uint8Array;
  readonly log2Size: number;
  readonly class: BatchClass;
  /** The issuer's last sequence plus one. */
  readonly expectedSequence: number;
}

export interface AnchoredBatch {
  /** Time of the block, Unix seconds. */
  readonly timeSeconds: number;
  readonly log2Size: number;
  readonly class: BatchClass;
  readonly sequence: number;
  /** Who anchored it. */
  readonly account: Hex;
}

export interface AnchorPort {
  /** The account that `anchor` writes from, as entries name it. */
  readonly account: Hex;
  /** Anchors a root, once however often it is asked. */
  anchor(batch: BatchToAnchor): Promise<AnchoredBatch>;
  find(root: Uint8Array): Promise<AnchoredBatch | undefined>;
  /** Sequence of the issuer's last batch, 0 before the first. */
  sequence(): Promise<number>;
  /** What any account anchored under the issuer after its batch `sequence`, in order and without gaps. */
  anchoredAfter(
    sequence: number,
  ): Promise<readonly { readonly sequence: number; readonly root: Hex; readonly account: Hex }[]>;
}

export interface StatusToPublish {
  /** The first is 1. */
  readonly version: number;
  readonly listsRoot: Uint8Array;
  readonly actsDigest: Uint8Array;
  /** Unix seconds. The ledger takes a version only while its own time is before this. */
  readonly nextUpdate: number;
}

export interface PublishedStatus {
  readonly version: number;
  readonly listsRoot: Hex;
  readonly actsDigest: Hex;
  readonly nextUpdate: number;
}

/** A batch of acts and what the two who approve it sign. */
export interface ActBatchToAnchor {
  /** 32 bytes. */
  readonly root: Uint8Array;
  readonly log2Size: number;
  /** The issuer's last sequence of acts plus one. */
  readonly sequence: number;
  /** Unix seconds: the ledger takes the approvals while its own time is not after this. */
  readonly deadline: number;
}

export interface ActApproval {
  /** Address of the approver's key. */
  readonly approver: Hex;
  readonly signature: Hex;
}

export interface StatusPort {
  /** The account that `publish` writes from, as entries name it. */
  readonly account: Hex;
  /** Publishes a version, once however often it is asked. */
  publish(next: StatusToPublish): Promise<void>;
  current(): Promise<PublishedStatus | undefined>;
  /** What any account published under the issuer after `version`, in order and without gaps. */
  publishedAfter(version: number): Promise<readonly (PublishedStatus & { readonly account: Hex })[]>;
  /** Whose approval of a batch this is; `undefined` for what is none. Asks nobody. */
  approverOf(batch: ActBatchToAnchor, signature: Hex): Hex | undefined;
  /** Whether the person's approval counts now. */
  isApprover(approver: Hex): Promise<boolean>;
  /** Sequence of the issuer's last batch of acts, 0 before the first. */
  actSequence(): Promise<number>;
  /** Anchors a batch of acts, once however often it is asked. `refused`: these approvals will never count. */
  anchorActs(
    batch: ActBatchToAnchor,
    approvals: readonly [ActApproval, ActApproval],
  ): Promise<'anchored' | 'refused'>;
}
