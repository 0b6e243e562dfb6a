/** What became of a transaction, as its node says. */
import type { Hex } from '../core/trust/ledger-event.ts';
import type { LedgerRpc, RpcCall } from './rpc.ts';
import { badReply, parseData, parseObject, parseQuantity } from './rpc-values.ts';
import type { SignedTransaction } from './signed-transaction.ts';

export type JsonReceipt = Readonly<Record<string, unknown>>;

export interface Fate {
  /** `replaced`: its nonce is another one's. `waiting`: to be sealed. `unknown`: the node does not have it. */
  readonly fate: JsonReceipt | 'replaced' | 'waiting' | 'unknown';
  /** Number of the last block before it was looked for. */
  readonly head: number;
}

/**
 * The nonce is read before the receipt: once the chain has passed our nonce, our receipt is there or will
 * never be. The head before both: what is sealed meanwhile is in a block after it.
 */
export async function lookUpFate(rpc: LedgerRpc, from: Hex, signed: SignedTransaction): Promise<Fate> {
  const [number, count, receipt, transaction] = await rpc.batch([
    { method: 'eth_blockNumber', params: [] },
    ...countCalls(from, ['latest']),
    { method: 'eth_getTransactionReceipt', params: [signed.hash] },
    { method: 'eth_getTransactionByHash', params: [signed.hash] },
  ]);
  const head = parseQuantity(number, 'a block number');
  if (receipt !== null) return { fate: receiptOf(signed, receipt), head };
  if (parseQuantity(count, 'a nonce') > signed.nonce) return { fate: 'replaced', head };
  return { fate: transaction === null ? 'unknown' : 'waiting', head };
}

/** How many transactions of an account there are, at each of these blocks. */
export function countCalls(from: Hex, blocks: readonly ('latest' | 'pending')[]): readonly RpcCall[] {
  return blocks.map((block) => ({ method: 'eth_getTransactionCount', params: [from, block] }));
}

/** Throws `LEDGER_BAD_REPLY` for the receipt of another transaction. */
function receiptOf({ hash }: SignedTransaction, reply: unknown): JsonReceipt {
  const receipt = parseObject(reply, 'a receipt');
  if (parseData(receipt['transactionHash'], 'a transaction hash', 32) === hash) return receipt;
  throw badReply('a receipt', 'of the transaction asked for');
}
