/** The checks of one block, in the order in which they are made; each names what is wrong, or nothing. */
import { bytesToHex, equalsBytes } from '@ethereumjs/util';
import { readTransaction } from './admission.ts';
import { bloomOf } from './bloom.ts';
import { transactionHash, type SealedBlock } from './block.ts';
import { BLOCK_GAS_LIMIT, type ChainRules } from './chain-rules.ts';
import type { ChainStore } from './chain-store.ts';
import type { Execution, Executor } from './executor.ts';
import type { HistoryFault } from './fsck-advice.ts';
import { chainOfGenesis, hasFixedFields, recoverSealer, type Header } from './header.ts';
import { orderedRoot } from './merkle-roots.ts';
import { NodeError } from './node-errors.ts';
import { isRpcError } from './rpc/errors.ts';
import { encodeReceipt } from './receipt.ts';
import type { StateNodes } from './state-nodes.ts';
import { unstoredNode } from './state-walk.ts';

export interface Checker {
  readonly store: ChainStore;
  readonly rules: ChainRules;
  /** Over the stored nodes; holds what an execution made. */
  readonly nodes: StateNodes;
  readonly executor: Executor;
}

/** `pinned` is the hash that the block must have, 0x-hex. */
export function genesisFault(
  { header, transactions }: SealedBlock,
  pinned: string | undefined,
): HistoryFault | undefined {
  if (pinned !== undefined && bytesToHex(header.hash) !== pinned.toLowerCase()) return 'another genesis';
  return header.number === 0n && transactions.length === 0 && namesChain(header) ? undefined : 'form';
}

function namesChain(header: Header): boolean {
  try {
    return chainOfGenesis(header).chainId > 0;
  } catch {
    return false;
  }
}

export function headerFault(header: Header, parent: Header, rules: ChainRules): HistoryFault | undefined {
  if (header.number !== parent.number + 1n || header.gasLimit !== BLOCK_GAS_LIMIT) return 'form';
  if (!hasFixedFields(header, rules)) return 'form';
  if (!equalsBytes(header.parentHash, parent.hash)) return 'parent';
  if (header.timestamp < parent.timestamp) return 'time';
  return recoverSealer(header, rules.crypto) === rules.sealer ? undefined : 'seal';
}

/** Checks transactions, receipts and state; a node of the state that is missing or damaged is a fault of it. */
export async function bodyFault(
  block: SealedBlock,
  parent: Header,
  checker: Checker,
): Promise<HistoryFault | undefined> {
  const { header, transactions } = block;
  const { rules, executor } = checker;
  if (!equalsBytes(await orderedRoot(transactions, rules), header.transactionsRoot))
    return 'transactions root';
  const parsed = parseAll(transactions, rules);
  if (parsed === undefined) return 'transaction';
  try {
    const execution = await executor.execute(parent.stateRoot, header, parsed);
    return (
      (await executionFault(execution, block, rules)) ??
      (await storedReceiptsFault(header, checker)) ??
      stateFault(header, checker)
    );
  } catch (error) {
    if (error instanceof NodeError) return 'stored state';
    throw error;
  } finally {
    checker.nodes.markCommitted(checker.nodes.heldBack());
  }
}

/** Whether blocks, transactions and logs are found by hash and filter as by number. */
export function indexFault(
  { header, transactions }: SealedBlock,
  { store }: Checker,
): HistoryFault | undefined {
  if (store.numberOfHash(header.hash) !== header.number) return 'block index';
  const misplaced = transactions.some((bytes, index) => {
    const place = store.placeOfTransaction(transactionHash(bytes, store.crypto));
    return place?.blockNumber !== header.number || place.index !== index;
  });
  if (misplaced) return 'transaction index';
  const hasLogs = header.logsBloom.some((byte) => byte !== 0);
  const indexed = store.bloomOfBlock(header.number);
  const agrees = hasLogs
    ? indexed !== undefined && equalsBytes(indexed, header.logsBloom)
    : indexed === undefined;
  return agrees ? undefined : 'log index';
}

/** `undefined` when one of them could not have been admitted to this chain. */
function parseAll(
  transactions: readonly Uint8Array[],
  rules: ChainRules,
): ReturnType<typeof readTransaction>['transaction'][] | undefined {
  try {
    return transactions.map((bytes) => readTransaction(bytes, rules).transaction);
  } catch (error) {
    if (isRpcError(error)) return undefined;
    throw error;
  }
}

async function executionFault(
  execution: Execution,
  { header, transactions }: SealedBlock,
  rules: ChainRules,
): Promise<HistoryFault | undefined> {
  if (execution.included.length !== transactions.length) return 'execution';
  const receipts = execution.receipts.map(encodeReceipt);
  if (!equalsBytes(await orderedRoot(receipts, rules), header.receiptsRoot)) return 'receipts root';
  const logs = execution.receipts.flatMap((receipt) => receipt.logs);
  if (!equalsBytes(bloomOf(logs, rules.crypto), header.logsBloom)) return 'logs bloom';
  if (execution.gasUsed !== header.gasUsed) return 'gas used';
  return equalsBytes(execution.stateRoot, header.stateRoot) ? undefined : 'state root';
}

async function storedReceiptsFault(
  header: Header,
  { store, rules }: Checker,
): Promise<HistoryFault | undefined> {
  try {
    const stored = store.receiptsOf(header.number).map(encodeReceipt);
    return equalsBytes(await orderedRoot(stored, rules), header.receiptsRoot) ? undefined : 'stored receipts';
  } catch {
    return 'stored receipts';
  }
}

function stateFault(header: Header, { store, nodes }: Checker): HistoryFault | undefined {
  const made = new Map(nodes.heldBack().map(({ key, value }) => [key, value]));
  return unstoredNode(header.stateRoot, made, (key) => store.storedNode(key)) === undefined
    ? undefined
    : 'stored state';
}
