/**
 * The first block. It follows from the chain id, the sealer's address, the time and the first accounts alone, so
 * everybody who knows these four derives the same hash.
 */
import {
  createAccount,
  createAddressFromString,
  hexToBytes,
  setLengthLeft,
  KECCAK256_RLP,
} from '@ethereumjs/util';
import { BLOOM_BYTES } from './bloom.ts';
import { BLOCK_GAS_LIMIT, type ChainRules } from './chain-rules.ts';
import { genesisHeader } from './header.ts';
import type { SealedBlock } from './block.ts';
import type { StateNodes } from './state-nodes.ts';
import { openWorldState } from './world-state.ts';

type Hex = `0x${string}`;

/** An account that exists from the start. */
export interface GenesisAccount {
  /** In wei. */
  readonly balance?: bigint;
  readonly nonce?: bigint;
  /** Runtime code. */
  readonly code?: Hex;
  /** Slot → value, at most 32 bytes each. */
  readonly storage?: Readonly<Record<Hex, Hex>>;
}

export interface GenesisOptions {
  /** Unix time of the first block. */
  readonly timestampSeconds: number;
  /** Accounts by address; none by default, gas costs nothing here. */
  readonly alloc?: Readonly<Record<Hex, GenesisAccount>>;
}

/** Builds the genesis block; the nodes of its state are held back in `nodes`. */
export async function createGenesis(
  options: GenesisOptions,
  rules: ChainRules,
  nodes: StateNodes,
): Promise<SealedBlock> {
  const fields = {
    parentHash: new Uint8Array(32),
    number: 0n,
    timestamp: BigInt(options.timestampSeconds),
    gasLimit: BLOCK_GAS_LIMIT,
    gasUsed: 0n,
    stateRoot: await genesisState(options.alloc ?? {}, rules, nodes),
    transactionsRoot: KECCAK256_RLP,
    receiptsRoot: KECCAK256_RLP,
    logsBloom: new Uint8Array(BLOOM_BYTES),
  };
  return { header: genesisHeader(fields, rules), transactions: [] };
}

async function genesisState(
  alloc: Readonly<Record<Hex, GenesisAccount>>,
  rules: ChainRules,
  nodes: StateNodes,
): Promise<Uint8Array> {
  const state = await openWorldState(nodes, rules);
  for (const [key, account] of Object.entries(alloc)) {
    const address = createAddressFromString(key);
    await state.putAccount(
      address,
      createAccount({ balance: account.balance ?? 0n, nonce: account.nonce ?? 0n }),
    );
    if (account.code !== undefined) await state.putCode(address, hexToBytes(account.code));
    for (const [slot, value] of Object.entries(account.storage ?? {})) {
      // The type above says that slots are hex; Object.entries forgets it.
      await state.putStorage(address, setLengthLeft(hexToBytes(slot as Hex), 32), hexToBytes(value));
    }
  }
  return state.getStateRoot();
}
