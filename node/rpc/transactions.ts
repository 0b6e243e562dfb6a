/** Sending transactions and finding them again. */
import { bytesToHex } from '@ethereumjs/util';
import { admit, requireFunds } from '../admission.ts';
import { parseTransaction } from '../block.ts';
import type { TransactionPlace } from '../chain-store.ts';
import type { RpcContext, RpcMethods } from './context.ts';
import { refused } from './errors.ts';
import { quantity, receiptToJson, transactionToJson, type Place } from './json.ts';
import { findBlock } from './block-lookup.ts';
import {
  parseAddress,
  parseBlockReference,
  parseData,
  parseHash,
  parseQuantity,
  requireAtMost,
} from './parameters.ts';

export const transactionMethods: RpcMethods = {
  /**
   * Answers the hash once the transaction is in the pool or, when the node seals at once, once its block is
   * committed. A receipt, not this answer, says that a transaction is durable.
   */
  eth_sendRawTransaction: async (context, params) => {
    requireAtMost(params, 1);
    if (!context.sealer.isSealing) throw refused('the node has stopped sealing and must be started again');
    const pooled = admit(parseData(params[0], 'transaction'), context.rules, context.allowlist);
    const { head, pool, sealer, states } = context;
    const account = await states.read(head().header, (state) =>
      state.getAccount(pooled.transaction.getSenderAddress()),
    );
    requireFunds(pooled, account?.balance ?? 0n);
    // Read before any of the sender's transactions can be in a block, or ignored: the pool counts on from there.
    pool.learnNonce(pooled.sender, account?.nonce ?? 0n);
    const evicted = pool.add(pooled);
    if (evicted !== undefined) sealer.release(evicted);
    sealer.wake();
    if (context.answersAfterSealing && pool.isReady(pooled)) await sealer.acknowledged(pooled.hash);
    return pooled.hash;
  },

  eth_getTransactionByHash: (context, params) => {
    requireAtMost(params, 1);
    const hash = parseHash(params[0], 'transaction hash');
    const place = context.store.placeOfTransaction(hash);
    if (place !== undefined) return placedTransaction(context, place);
    const waiting = context.pool.find(bytesToHex(hash));
    return waiting === undefined ? null : transactionToJson(waiting.transaction);
  },

  eth_getTransactionByBlockHashAndIndex: (context, params) => {
    requireAtMost(params, 2);
    const block = context.store.blockByHash(parseHash(params[0], 'block hash'));
    return indexedTransaction(context, block?.header.number, params[1]);
  },

  eth_getTransactionByBlockNumberAndIndex: (context, params) => {
    requireAtMost(params, 2);
    const block = findBlock(context, parseBlockReference(params[0]));
    return indexedTransaction(context, block?.header.number, params[1]);
  },

  eth_getTransactionReceipt: (context, params) => {
    requireAtMost(params, 1);
    const place = context.store.placeOfTransaction(parseHash(params[0], 'transaction hash'));
    if (place === undefined) return null;
    return receiptToJson(placed(context, place), context.store.receiptsOf(place.blockNumber), context.rules);
  },

  eth_getTransactionCount: async (context, params) => {
    requireAtMost(params, 2);
    const address = parseAddress(params[0], 'address');
    const reference = parseBlockReference(params[1]);
    const block = findBlock(context, reference);
    if (block === undefined) throw refused('header not found');
    if (reference.by === 'tag' && reference.tag === 'pending') {
      const pending = context.pool.pendingNonce(address.toString());
      if (pending !== undefined) return quantity(pending);
    }
    const account = await context.states.read(block.header, (state) => state.getAccount(address));
    return quantity(account?.nonce ?? 0n);
  },
};

function placed(context: RpcContext, { blockNumber, index }: TransactionPlace): Place {
  const block = context.store.blockByNumber(blockNumber);
  if (block === undefined) throw new RangeError('the index names stored blocks only');
  return { block, index };
}

function placedTransaction(context: RpcContext, place: TransactionPlace): unknown {
  const { block, index } = placed(context, place);
  const bytes = block.transactions[index];
  return bytes === undefined
    ? null
    : transactionToJson(parseTransaction(bytes, context.rules), { block, index });
}

function indexedTransaction(context: RpcContext, blockNumber: bigint | undefined, index: unknown): unknown {
  const position = parseQuantity(index, 'index');
  if (blockNumber === undefined || position > 0xffff_ffffn) return null;
  return placedTransaction(context, { blockNumber, index: Number(position) });
}
