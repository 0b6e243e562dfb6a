/** Blocks, transactions, receipts and logs as the execution APIs spell them. */
import { Capability, type TypedTransaction } from '@ethereumjs/tx';
import { bigIntToHex, bytesToBigInt, bytesToHex, createContractAddress } from '@ethereumjs/util';
import { parseTransaction, transactionHash, wireSize, type SealedBlock } from '../block.ts';
import type { ChainRules } from '../chain-rules.ts';
import type { Log, Receipt } from '../receipt.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where a transaction lies; absent while it waits. */
export interface Place {
  readonly block: SealedBlock;
  readonly index: number;
}

export function quantity(value: bigint | number): string {
  return bigIntToHex(BigInt(value));
}

export function blockToJson(block: SealedBlock, rules: ChainRules, withTransactions: boolean): Json {
  const { header } = block;
  return {
    number: quantity(header.number),
    hash: bytesToHex(header.hash),
    parentHash: bytesToHex(header.parentHash),
    nonce: bytesToHex(header.nonce),
    sha3Uncles: bytesToHex(header.ommersHash),
    logsBloom: bytesToHex(header.logsBloom),
    transactionsRoot: bytesToHex(header.transactionsRoot),
    stateRoot: bytesToHex(header.stateRoot),
    receiptsRoot: bytesToHex(header.receiptsRoot),
    miner: bytesToHex(header.beneficiary),
    difficulty: quantity(header.difficulty),
    extraData: bytesToHex(header.extraData),
    mixHash: bytesToHex(header.mixHash),
    size: quantity(wireSize(block)),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    baseFeePerGas: quantity(header.baseFeePerGas),
    transactions: block.transactions.map((bytes, index) =>
      withTransactions
        ? transactionToJson(parseTransaction(bytes, rules), { block, index })
        : bytesToHex(transactionHash(bytes, rules.crypto)),
    ),
    uncles: [],
  };
}

export function transactionToJson(transaction: TypedTransaction, place?: Place): Json {
  return {
    type: quantity(transaction.type),
    hash: bytesToHex(transaction.hash()),
    nonce: quantity(transaction.nonce),
    blockHash: place === undefined ? null : bytesToHex(place.block.header.hash),
    blockNumber: place === undefined ? null : quantity(place.block.header.number),
    transactionIndex: place === undefined ? null : quantity(place.index),
    from: transaction.getSenderAddress().toString(),
    to: transaction.to?.toString() ?? null,
    value: quantity(transaction.value),
    gas: quantity(transaction.gasLimit),
    input: bytesToHex(transaction.data),
    chainId: quantity(transaction.common.chainId()),
    v: quantity(transaction.v ?? 0n),
    r: quantity(transaction.r ?? 0n),
    s: quantity(transaction.s ?? 0n),
    ...feeFields(transaction),
    ...typedFields(transaction),
  };
}

function feeFields(transaction: TypedTransaction): Json {
  if (!('maxFeePerGas' in transaction)) return { gasPrice: quantity(transaction.gasPrice) };
  return {
    gasPrice: quantity(effectiveGasPrice(transaction)),
    maxFeePerGas: quantity(transaction.maxFeePerGas),
    maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas),
  };
}

function typedFields(transaction: TypedTransaction): Json {
  if (!transaction.supports(Capability.EIP2930AccessLists) || !('accessList' in transaction)) return {};
  return {
    yParity: quantity(transaction.v ?? 0n),
    accessList: transaction.accessList.map(([address, keys]) => ({
      address: bytesToHex(address),
      storageKeys: keys.map((key) => bytesToHex(key)),
    })),
  };
}

/** With a base fee of zero, the price is what the sender offers as priority fee. */
function effectiveGasPrice(transaction: TypedTransaction): bigint {
  if (!('maxFeePerGas' in transaction)) return transaction.gasPrice;
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction;
  return maxPriorityFeePerGas < maxFeePerGas ? maxPriorityFeePerGas : maxFeePerGas;
}

/** All receipts of a block; `receipts` are those of `block`, in order. */
export function receiptsToJson(block: SealedBlock, receipts: readonly Receipt[], rules: ChainRules): Json[] {
  return receipts.map((_, index) => receiptToJson({ block, index }, receipts, rules));
}

/** One of them; the others are not read. */
export function receiptToJson(place: Place, receipts: readonly Receipt[], rules: ChainRules): Json {
  const { block, index } = place;
  const receipt = receipts[index];
  if (receipt === undefined) throw new RangeError('a block has a receipt for every transaction');
  const transaction = parseTransaction(bytesAt(place), rules);
  const sender = transaction.getSenderAddress();
  const logsBefore = receipts.slice(0, index).reduce((sum, { logs }) => sum + logs.length, 0);
  return {
    type: quantity(receipt.type),
    status: receipt.succeeded ? '0x1' : '0x0',
    transactionHash: bytesToHex(transaction.hash()),
    transactionIndex: quantity(index),
    blockHash: bytesToHex(block.header.hash),
    blockNumber: quantity(block.header.number),
    from: sender.toString(),
    to: transaction.to?.toString() ?? null,
    contractAddress:
      transaction.to === undefined ? createContractAddress(sender, transaction.nonce).toString() : null,
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    gasUsed: quantity(receipt.cumulativeGasUsed - (receipts[index - 1]?.cumulativeGasUsed ?? 0n)),
    effectiveGasPrice: quantity(effectiveGasPrice(transaction)),
    logsBloom: bytesToHex(receipt.logsBloom),
    logs: receipt.logs.map((log, i) => logToJson(place, { log, logIndex: logsBefore + i }, rules)),
  };
}

/** A log, of whose fields only this one is looked at here. */
export interface JsonLog extends Json {
  readonly data: string;
}

/** The logs of a block that `matches` accepts, numbered within the block. */
export function logsToJson(
  block: SealedBlock,
  receipts: readonly Receipt[],
  rules: ChainRules,
  matches: (log: Log) => boolean,
): JsonLog[] {
  const found: JsonLog[] = [];
  let count = 0;
  for (const [index, { logs }] of receipts.entries()) {
    for (const log of logs) {
      const logIndex = count++;
      if (matches(log)) found.push(logToJson({ block, index }, { log, logIndex }, rules));
    }
  }
  return found;
}

function logToJson(
  place: Place,
  { log, logIndex }: { readonly log: Log; readonly logIndex: number },
  rules: ChainRules,
): JsonLog {
  const { header } = place.block;
  return {
    address: bytesToHex(log.address),
    topics: log.topics.map((topic) => bytesToHex(topic)),
    data: bytesToHex(log.data),
    blockHash: bytesToHex(header.hash),
    blockNumber: quantity(header.number),
    blockTimestamp: quantity(header.timestamp),
    transactionHash: bytesToHex(transactionHash(bytesAt(place), rules.crypto)),
    transactionIndex: quantity(place.index),
    logIndex: quantity(logIndex),
    removed: false,
  };
}

function bytesAt({ block, index }: Place): Uint8Array {
  const bytes = block.transactions[index];
  if (bytes === undefined) throw new RangeError('a block has a transaction for every receipt');
  return bytes;
}

/** A storage word as 32 bytes. */
export function wordToHex(value: Uint8Array): string {
  return `0x${bytesToBigInt(value).toString(16).padStart(64, '0')}`;
}
