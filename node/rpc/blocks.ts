/** Blocks and their receipts. */
import type { SealedBlock } from '../block.ts';
import { findBlock } from './block-lookup.ts';
import type { RpcContext, RpcMethods } from './context.ts';
import { blockToJson, quantity, receiptsToJson } from './json.ts';
import {
  parseBlockReference,
  parseFlag,
  parseHash,
  requireAtMost,
  type BlockReference,
} from './parameters.ts';

export const blockMethods: RpcMethods = {
  eth_blockNumber: (context) => quantity(context.head().header.number),

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
