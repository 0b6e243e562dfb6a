/**
 * Checks a stored chain from genesis: every header's form, parent and seal, every transactions root and receipts
 * root, and every state root by executing all of it again in memory. Nothing stored is believed but the genesis.
 */
import { bytesToHex, equalsBytes } from '@ethereumjs/util';
import { bloomOf } from './bloom.ts';
import { parseTransaction, type SealedBlock } from './block.ts';
import { BLOCK_GAS_LIMIT, createChainRules, type ChainRules } from './chain-rules.ts';
import { ChainStore } from './chain-store.ts';
import { Executor } from './executor.ts';
import { createGenesis, type GenesisOptions } from './genesis.ts';
import { hasFixedFields, recoverSealer, type Header } from './header.ts';
import { orderedRoot } from './merkle-roots.ts';
import { encodeReceipt } from './receipt.ts';
import { toNodeConfig, type NodeOptions } from './options.ts';
import { StateNodes } from './state-nodes.ts';

/** What is wrong with the first bad block. */
export type HistoryFault =
  | 'missing'
  | 'unreadable'
  | 'form'
  | 'parent'
  | 'time'
  | 'seal'
  | 'transactions root'
  | 'execution'
  | 'receipts root'
  | 'logs bloom'
  | 'gas used'
  | 'state root'
  | 'stored receipts';

export interface HistoryReport {
  /** Blocks that hold, genesis included. */
  readonly goodBlocks: bigint;
  readonly transactions: number;
  /** State root of the last good block, 0x-hex. */
  readonly stateRoot: string;
  readonly fault?: { readonly blockNumber: bigint; readonly what: HistoryFault };
}

/** Checks the chain in a folder that no node has open; throws what opening it throws. */
export async function verifyDataFolder(options: NodeOptions): Promise<HistoryReport> {
  const config = toNodeConfig(options);
  const rules = await createChainRules(config.chainId, config.sealerPrivateKey);
  await using store = await ChainStore.open(config.dataFolder, rules);
  return await verifyHistory(store, config.genesis, rules);
}

/** Goes through the chain up to its head and stops at the first fault. */
export async function verifyHistory(
  store: ChainStore,
  genesisOptions: GenesisOptions,
  rules: ChainRules,
): Promise<HistoryReport> {
  const stateInMemory = new Map<string, Uint8Array>();
  const nodes = new StateNodes((key) => stateInMemory.get(key));
  const keepState = (): void => {
    for (const { key, value } of nodes.heldBack()) stateInMemory.set(key, value);
    nodes.markCommitted();
  };
  const genesis = await createGenesis(genesisOptions, rules, nodes);
  keepState();
  const executor = await Executor.create(rules, nodes, (number) => store.blockByNumber(number)?.header.hash);

  let parent = genesis.header;
  let transactions = 0;
  const report = (fault?: HistoryReport['fault']): HistoryReport => ({
    goodBlocks: fault?.blockNumber ?? parent.number + 1n,
    transactions,
    stateRoot: bytesToHex(parent.stateRoot),
    ...(fault !== undefined && { fault }),
  });

  const head = store.head?.header.number ?? -1n;
  for (let number = 0n; number <= head; number++) {
    const block = readBlock(store, number);
    if (typeof block === 'string') return report({ blockNumber: number, what: block });
    const what =
      number === 0n
        ? genesisFault(block, genesis)
        : (headerFault(block.header, parent, rules) ??
          (await bodyFault(block, parent, { store, executor, rules })));
    if (what !== undefined) return report({ blockNumber: number, what });
    keepState();
    parent = block.header;
    transactions += block.transactions.length;
  }
  return report();
}

function readBlock(store: ChainStore, number: bigint): SealedBlock | HistoryFault {
  try {
    return store.blockByNumber(number) ?? 'missing';
  } catch {
    return 'unreadable';
  }
}

function genesisFault(stored: SealedBlock, derived: SealedBlock): HistoryFault | undefined {
  return equalsBytes(stored.header.hash, derived.header.hash) ? undefined : 'form';
}

function headerFault(header: Header, parent: Header, rules: ChainRules): HistoryFault | undefined {
  if (header.number !== parent.number + 1n || header.gasLimit !== BLOCK_GAS_LIMIT) return 'form';
  if (!hasFixedFields(header, rules)) return 'form';
  if (!equalsBytes(header.parentHash, parent.hash)) return 'parent';
  if (header.timestamp <= parent.timestamp) return 'time';
  return recoverSealer(header, rules.crypto) === rules.sealer ? undefined : 'seal';
}

interface Checker {
  readonly store: ChainStore;
  readonly executor: Executor;
  readonly rules: ChainRules;
}

async function bodyFault(
  { header, transactions }: SealedBlock,
  parent: Header,
  { store, executor, rules }: Checker,
): Promise<HistoryFault | undefined> {
  if (!equalsBytes(await orderedRoot(transactions, rules), header.transactionsRoot))
    return 'transactions root';
  const parsed = transactions.map((bytes) => parseTransaction(bytes, rules));
  const execution = await executor.execute(parent.stateRoot, header, parsed);
  if (execution.included.length !== transactions.length) return 'execution';
  const receipts = execution.receipts.map(encodeReceipt);
  if (!equalsBytes(await orderedRoot(receipts, rules), header.receiptsRoot)) return 'receipts root';
  const logs = execution.receipts.flatMap((receipt) => receipt.logs);
  if (!equalsBytes(bloomOf(logs, rules.crypto), header.logsBloom)) return 'logs bloom';
  if (execution.gasUsed !== header.gasUsed) return 'gas used';
  if (!equalsBytes(execution.stateRoot, header.stateRoot)) return 'state root';
  const stored = store.receiptsOf(header.number).map(encodeReceipt);
  return equalsBytes(await orderedRoot(stored, rules), header.receiptsRoot) ? undefined : 'stored receipts';
}
