/**
 * A transaction receipt as JSON-RPC gives it, and in the bytes that the receipts root covers (EIP-658, EIP-2718):
 *
 *   [type] ‖ rlp([status, cumulative gas used, logs bloom, [[address, [topics], data], …]])
 */
import { Buffer } from 'node:buffer';
import type { Hex } from '../core/trust/ledger-event.ts';
import type { RawLog } from './decode-event.ts';
import { encodeRlp, toRlpNumber, type RlpItem } from './rlp.ts';
import { parseArray, parseBigQuantity, parseData, parseObject, parseQuantity } from './rpc-values.ts';

export interface ParsedReceipt {
  readonly transactionHash: Hex;
  readonly logs: readonly RawLog[];
  /** What the receipts trie holds. */
  readonly bytes: Uint8Array;
}

/** Throws `LEDGER_BAD_REPLY`. */
export function parseReceipt(reply: unknown): ParsedReceipt {
  const receipt = parseObject(reply, 'a receipt');
  const logs = parseArray(receipt['logs'], 'logs').map(parseLog);
  const payload = encodeRlp([
    toRlpNumber(parseQuantity(receipt['status'], 'a status')),
    toRlpNumber(parseBigQuantity(receipt['cumulativeGasUsed'], 'cumulative gas')),
    toBytes(parseData(receipt['logsBloom'], 'a bloom', 256)),
    logs.map(toRlpLog),
  ]);
  const type = parseQuantity(receipt['type'] ?? '0x0', 'a type');
  return {
    transactionHash: parseData(receipt['transactionHash'], 'a transaction hash', 32),
    logs,
    bytes: type === 0 ? payload : Buffer.concat([Uint8Array.of(type), payload]),
  };
}

function parseLog(reply: unknown): RawLog {
  const log = parseObject(reply, 'a log');
  return {
    address: parseData(log['address'], 'an address', 20),
    topics: parseArray(log['topics'], 'topics').map((topic) => parseData(topic, 'a topic', 32)),
    data: parseData(log['data'], 'log data'),
  };
}

function toRlpLog(log: RawLog): RlpItem {
  return [toBytes(log.address), log.topics.map(toBytes), toBytes(log.data)];
}

function toBytes(hex: Hex): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex');
}
