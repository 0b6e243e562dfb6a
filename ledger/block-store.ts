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
  /** The appended blocks with a number above `after` (default: all), in order. */
  blocks(after?: number): AsyncIterable<LedgerBlock>;
  /** The last appended block with a number up to `number`. */
  lastUpTo(number: number): Promise<LedgerBlock | undefined>;
  append(blocks: readonly LedgerBlock[], head: ReplicaHead): Promise<void>;
}

/**
 * Whether a state was made from what a store holds, so that the blocks after its head may follow: it is empty,
 * or its last change is a block of the store.
 */
export async function isStateOf(
  store: BlockStore,
  { head, lastChange }: { readonly head?: ReplicaHead; readonly lastChange?: ReplicaHead },
): Promise<boolean> {
  if (head === undefined || head.number < 0) return true;
  const storeHead = await store.head();
  if (storeHead === undefined || storeHead.number < head.number) return false;
  const held = await store.lastUpTo(head.number);
  return held === undefined ? (lastChange?.number ?? -1) < 0 : held.hash === lastChange?.hash;
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
    async *blocks(after = -1) {
      yield* kept.filter(({ number }) => number > after);
    },
    lastUpTo: (number) => Promise.resolve(kept.findLast((block) => block.number <= number)),
    append(blocks, head) {
      kept.push(...blocks);
      last = head;
      return Promise.resolve();
    },
  };
}
