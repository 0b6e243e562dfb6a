/**
 * Checks a stored chain from genesis: every header's form, parent, time and seal; every transaction's form, the
 * transactions root, the receipts root and the state root by executing all of it again; and that the indices and the
 * stored state say the same. Nothing is believed but the genesis block: state is read by the hash of its content.
 */
import { bytesToHex } from '@ethereumjs/util';
import type { SealedBlock } from './block.ts';
import { chainRulesFor } from './chain-rules.ts';
import { ChainStore } from './chain-store.ts';
import { corrupt } from './database.ts';
import { Executor } from './executor.ts';
import { bodyFault, genesisFault, headerFault, indexFault, type Checker } from './fsck-block.ts';
import type { HistoryFault } from './fsck-advice.ts';
import { chainOfGenesis, type Header } from './header.ts';
import { loadLedgerCrypto } from './native-crypto.ts';
import { StateNodes } from './state-nodes.ts';

export interface HistoryReport {
  /** Absent when the genesis block cannot be read. */
  readonly chainId?: bigint;
  /** 0x-hex of the stored genesis block. */
  readonly genesisHash?: string;
  /** Number of the last stored block. */
  readonly head: bigint;
  /** Blocks that hold, genesis included. */
  readonly goodBlocks: bigint;
  readonly transactions: number;
  /** State root of the last good block, 0x-hex. */
  readonly stateRoot?: string;
  readonly fault?: { readonly blockNumber: bigint; readonly what: HistoryFault };
}

export interface FsckOptions {
  /** What the genesis block's hash must be; without it the folder's own genesis is believed. */
  readonly genesisHash?: string;
  /** Told after every block how many of how many are checked. */
  readonly onProgress?: (checked: bigint, total: bigint) => void;
}

/** Checks the chain in a folder that no node has open; throws what opening it throws, or `NODE_STORE_EMPTY`. */
export async function verifyDataFolder(folder: string, options: FsckOptions = {}): Promise<HistoryReport> {
  await using store = await ChainStore.open(folder, await loadLedgerCrypto(), { mayCreate: false });
  if (store.headNumber === undefined) throw corrupt('the database is there and holds no block');
  return await verifyHistory(store, store.headNumber, options);
}

/** Goes through the chain up to its head and stops at the first fault. */
async function verifyHistory(
  store: ChainStore,
  head: bigint,
  { genesisHash, onProgress }: FsckOptions,
): Promise<HistoryReport> {
  const genesis = readBlock(store, 0n);
  const what = typeof genesis === 'string' ? genesis : genesisFault(genesis, genesisHash);
  if (what !== undefined || typeof genesis === 'string') {
    return { head, goodBlocks: 0n, transactions: 0, fault: { blockNumber: 0n, what: what ?? 'unreadable' } };
  }
  const checker = await checkerOf(store, genesis.header);
  let parent = genesis.header;
  let transactions = 0;
  const report = (fault?: HistoryFault): HistoryReport => ({
    chainId: checker.rules.chainId,
    genesisHash: bytesToHex(genesis.header.hash),
    head,
    goodBlocks: parent.number + 1n,
    transactions,
    stateRoot: bytesToHex(parent.stateRoot),
    ...(fault !== undefined && { fault: { blockNumber: parent.number + 1n, what: fault } }),
  });
  for (let number = 1n; number <= head; number++) {
    const block = await checkBlock(number, parent, checker);
    if (typeof block === 'string') return report(block);
    parent = block.header;
    transactions += block.transactions.length;
    onProgress?.(number + 1n, head + 1n);
  }
  return report(endFault(store, head));
}

async function checkerOf(store: ChainStore, genesis: Header): Promise<Checker> {
  const rules = chainRulesFor(chainOfGenesis(genesis), store.crypto);
  const nodes = new StateNodes((key) => store.storedNode(key), store.crypto);
  const executor = await Executor.create(rules, nodes, (number) => store.blockByNumber(number)?.header.hash);
  return { store, rules, nodes, executor };
}

/** The block, or what is wrong with it. */
async function checkBlock(
  number: bigint,
  parent: Header,
  checker: Checker,
): Promise<SealedBlock | HistoryFault> {
  try {
    const block = readBlock(checker.store, number);
    if (typeof block === 'string') return block;
    const what =
      headerFault(block.header, parent, checker.rules) ??
      (await bodyFault(block, parent, checker)) ??
      indexFault(block, checker);
    return what ?? block;
  } catch (error) {
    if (isLevelError(error)) return 'unreadable';
    throw error;
  }
}

function readBlock(store: ChainStore, number: bigint): SealedBlock | HistoryFault {
  if (store.blockRow(number) === undefined) return 'missing';
  try {
    return store.blockByNumber(number) ?? 'missing';
  } catch {
    return 'unreadable';
  }
}

/** The database could not give a value that it has. */
function isLevelError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('LEVEL_');
}

/** What is wrong after the last block: blocks beyond it, or a note of a later one. */
function endFault(store: ChainStore, head: bigint): HistoryFault | undefined {
  if (store.blockRow(head + 1n) !== undefined) return 'beyond the head';
  return store.noted !== undefined && store.noted.number > head ? 'cut off' : undefined;
}
