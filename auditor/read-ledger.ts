/**
 * The whole ledger from its genesis block, confirmed block by block as a replica confirms it: headers,
 * seals, receipts roots. Only the deployment file (chain id, genesis hash, code hashes) is believed.
 */
import type { LedgerBlock } from '../core/trust/ledger-event.ts';
import type { ReplicaHead } from '../ledger/block-store.ts';
import type { Deployment } from '../ledger/deployment.ts';
import { Replica } from '../ledger/replica.ts';

export interface LedgerReading {
  /** Blocks with events, in order. */
  readonly blocks: readonly LedgerBlock[];
  /** The finalised block up to which everything was read. */
  readonly head: ReplicaHead;
}

/** Throws any `LedgerError`. */
export async function readLedger(options: {
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
}): Promise<LedgerReading> {
  const blocks: LedgerBlock[] = [];
  const state = { apply: (block: LedgerBlock): unknown => block.events.length > 0 && blocks.push(block) };
  await using replica = await Replica.open(options, { state });
  await replica.sync();
  return { blocks, head: replica.head };
}
