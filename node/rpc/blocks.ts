/** Blocks and their receipts. */
import { setTimeout as wait } from 'node:timers/promises';
import type { SealedBlock } from '../block.ts';
import { findBlock } from './block-lookup.ts';
import type { RpcContext, RpcMethods } from './context.ts';
import { invalidParams } from './errors.ts';
import { blockToJson, quantity, receiptsToJson } from './json.ts';
import {
  parseBlockReference,
  parseFlag,
  parseHash,
  parseQuantity,
  requireAtMost,
  type BlockReference,
} from './parameters.ts';

/** For so many milliseconds a question for the next block is kept. */
const LONGEST_WAIT_MS = 1_000n;

export const blockMethods: RpcMethods = {
  eth_blockNumber: (context) => quantity(context.head().header.number),

  /** As `eth_blockNumber`, once there is a block after the one given, or the time is over. */
  hcl_waitForBlock: async (context, params) => {
    requireAtMost(params, 2);
    const number = parseQuantity(params[0], 'block number');
    const waitMs = parseQuantity(params[1], 'milliseconds');
    if (waitMs > LONGEST_WAIT_MS) throw invalidParams(`milliseconds: at most ${LONGEST_WAIT_MS}`);
    if (context.head().header.number <= number) await nextBlock(context, Number(waitMs));
    return quantity(context.head().header.number);
  },

  eth_getBlockByNumber: (context, params) => blockAnswer(context, parseBlockReference(params[0]), params),
  eth_getBlockByHash: (context, params) => blockAnswer(context, byHash(params[0]), params),

  eth_getBlockTransactionCountByNumber: (context, params) =>
    countAnswer(findBlock(context, parseBlockReference(params[0]))),
  eth_getBlockTransactionCountByHash: (context, params) => countAnswer(findBlock(context, byHash(params[0]))),

  eth_getBlockReceipts: (context, params) => {
    requireAtMost(params, 1);
    const block = findBlock(context, blockOrHash(params[0]));
    if (block === undefined) return null;
    return receiptsToJson(block, context.store.receiptsOf(block.header.number), context.rules);
  },
};

async function nextBlock({ sealer }: RpcContext, waitMs: number): Promise<void> {
  const over = new AbortController();
  const time = wait(waitMs, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([sealer.nextBlock(), time]);
  over.abort();
}

function blockAnswer(context: RpcContext, reference: BlockReference, params: readonly unknown[]): unknown {
  requireAtMost(params, 2);
  const withTransactions = parseFlag(params[1], 'full transactions');
  const block = findBlock(context, reference);
  return block === undefined ? null : blockToJson(block, context.rules, withTransactions);
}

function countAnswer(block: SealedBlock | undefined): string | null {
  return block === undefined ? null : quantity(block.transactions.length);
}

function byHash(value: unknown): BlockReference {
  return { by: 'hash', hash: parseHash(value, 'block hash') };
}

/** The execution APIs take a bare hash here besides what EIP-1898 has. */
function blockOrHash(value: unknown): BlockReference {
  return typeof value === 'string' && value.length === 66 ? byHash(value) : parseBlockReference(value);
}
