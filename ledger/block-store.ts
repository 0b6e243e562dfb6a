/**
 * Where a replica keeps what it has confirmed, so that a restart replays it without asking anyone: the blocks
 * with events, and how far the chain was read.
 */
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';

export interface ReplicaHead {
  readonly number: number;
  readonly hash: Hex;
  readonly timeSeconds: number;
}

/**
 * The replica's port. `append` is atomic, all blocks and the head or nothing, and durable when it resolves;
 * one replica writes, nobody else.
 */
export interface BlockStore {
  head(): Promise<ReplicaHead | undefined>;
  /** Every appended block, in order. */
  blocks(): AsyncIterable<LedgerBlock>;
  append(blocks: readonly LedgerBlock[], head: ReplicaHead): Promise<void>;
}

/** A block as text: JSON, with `Predecessor`'s chain id as a decimal string. */
export function blockToText(block: LedgerBlock): string {
  return JSON.stringify(block, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/** Reads {@link blockToText}'s form, which only we write. */
export function blockFromText(text: string): LedgerBlock {
  const block = JSON.parse(text) as LedgerBlock; // blockToText's form, but for the chain id below
  return {
    ...block,
    events: block.events.map((event) =>
      event.event === 'Predecessor' ? { ...event, chainId: BigInt(String(event.chainId)) } : event,
    ),
  };
}

/** Keeps everything in memory: a replica that starts from the genesis block each time. */
export function memoryBlockStore(): BlockStore {
  const kept: LedgerBlock[] = [];
  let last: ReplicaHead | undefined;
  return {
    head: () => Promise.resolve(last),
    async *blocks() {
      yield* kept;
    },
    append(blocks, head) {
      kept.push(...blocks);
      last = head;
      return Promise.resolve();
    },
  };
}
