/**
 * A block header as JSON-RPC gives it, believed only as far as it hashes to its own hash
 * (Yellow Paper §4.3.2; fields added by EIP-1559, 4895, 4844, 4788 and 7685 follow where the chain has them).
 *
 *   hash = keccak256(rlp([parentHash, ommersHash, beneficiary, stateRoot, transactionsRoot, receiptsRoot,
 *          logsBloom, difficulty, number, gasLimit, gasUsed, timestamp, extraData, mixHash, nonce, …]))
 *
 * Besu's QBFT leaves the commit seals out of that hash; such a header is refused here.
 */
import { Buffer } from 'node:buffer';
import type { Hex } from '../core/trust/ledger-event.ts';
import { LedgerError } from './errors.ts';
import { keccak256 } from './keccak.ts';
import { encodeRlp, toRlpNumber } from './rlp.ts';
import { parseBigQuantity, parseData, parseObject, parseQuantity, type JsonObject } from './rpc-values.ts';

export interface BlockHeader {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timeSeconds: number;
  readonly gasUsed: number;
  readonly stateRoot: Hex;
  readonly receiptsRoot: Hex;
  /** 256 bytes. */
  readonly logsBloom: Uint8Array;
  readonly extraData: Uint8Array;
  /** The header's RLP items, as hashed. */
  readonly items: readonly Uint8Array[];
}

/** Index of `extraData` among the items. */
export const EXTRA_DATA_ITEM = 12;

/** Name, and length in bytes or `quantity` or `any` length. The order is the one that is hashed. */
const FIELDS: readonly (readonly [name: string, form: number | 'quantity' | 'any'])[] = [
  ['parentHash', 32],
  ['sha3Uncles', 32],
  ['miner', 20],
  ['stateRoot', 32],
  ['transactionsRoot', 32],
  ['receiptsRoot', 32],
  ['logsBloom', 256],
  ['difficulty', 'quantity'],
  ['number', 'quantity'],
  ['gasLimit', 'quantity'],
  ['gasUsed', 'quantity'],
  ['timestamp', 'quantity'],
  ['extraData', 'any'],
  ['mixHash', 32],
  ['nonce', 8],
];
const LATER_FIELDS: typeof FIELDS = [
  ['baseFeePerGas', 'quantity'],
  ['withdrawalsRoot', 32],
  ['blobGasUsed', 'quantity'],
  ['excessBlobGas', 'quantity'],
  ['parentBeaconBlockRoot', 32],
  ['requestsHash', 32],
];

/** Reads a header and hashes it; throws `LEDGER_BAD_REPLY`, `LEDGER_HEADER_INVALID`. */
export function parseHeader(reply: unknown): BlockHeader {
  const block = parseObject(reply, 'a block');
  const items = headerItems(block);
  const hash = parseData(block['hash'], 'hash', 32);
  if (hash !== hashItems(items)) {
    throw new LedgerError('LEDGER_HEADER_INVALID', `the header of ${hash} does not hash to it`);
  }
  return {
    number: parseQuantity(block['number'], 'number'),
    hash,
    parentHash: parseData(block['parentHash'], 'parentHash', 32),
    timeSeconds: parseQuantity(block['timestamp'], 'timestamp'),
    gasUsed: parseQuantity(block['gasUsed'], 'gasUsed'),
    stateRoot: parseData(block['stateRoot'], 'stateRoot', 32),
    receiptsRoot: parseData(block['receiptsRoot'], 'receiptsRoot', 32),
    logsBloom: items[6]!, // FIELDS has 15 entries
    extraData: items[EXTRA_DATA_ITEM]!,
    items,
  };
}

/** The RLP items of a header, in order; throws `LEDGER_BAD_REPLY`. */
export function headerItems(block: JsonObject): readonly Uint8Array[] {
  const present = LATER_FIELDS.filter(([name]) => block[name] !== undefined && block[name] !== null);
  return [...FIELDS, ...present].map(([name, form]) => toItem(block, name, form));
}

/** Hash of a header's items, as hex. */
export function hashItems(items: readonly Uint8Array[]): Hex {
  return `0x${Buffer.from(keccak256(encodeRlp(items))).toString('hex')}`;
}

function toItem(block: JsonObject, name: string, form: number | 'quantity' | 'any'): Uint8Array {
  const value = block[name];
  if (form === 'quantity') return toRlpNumber(parseBigQuantity(value, name));
  return Buffer.from(parseData(value, name, form === 'any' ? undefined : form).slice(2), 'hex');
}
