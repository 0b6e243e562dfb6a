/**
 * The embedded ledger: a permissioned EVM chain with one sealer in one folder. It knows nothing of contracts or
 * credentials; whoever needs a ledger talks JSON-RPC to it, as to any other Ethereum node.
 */
import { mkdir } from 'node:fs/promises';
import { bytesToHex, equalsBytes } from '@ethereumjs/util';
import { Allowlist } from './allowlist.ts';
import type { SealedBlock } from './block.ts';
import { createChainRules, type ChainRules } from './chain-rules.ts';
import { ChainStore } from './chain-store.ts';
import { checkNewestBlocks } from './check-newest.ts';
import { Executor } from './executor.ts';
import { createGenesis } from './genesis.ts';
import type { LedgerCrypto } from './native-crypto.ts';
import { NodeError } from './node-errors.ts';
import { toNodeConfig, type NodeConfig, type NodeOptions } from './options.ts';
import { TransactionPool } from './pool.ts';
import { answerText, callMethod, type Dispatcher } from './rpc/dispatch.ts';
import { selectMethods } from './rpc/methods.ts';
import { Sealer } from './sealer.ts';
import { Simulator } from './simulator.ts';
import { StateReader } from './state-reader.ts';

export interface NodeDependencies {
  /** Unix time in seconds; the only clock of the chain. */
  readonly nowSeconds: () => number;
  /** Told of defects and of a stopped sealer; by default nobody is. */
  readonly onError?: (error: unknown) => void;
  /** The fastest that load, by default. */
  readonly crypto?: LedgerCrypto;
}

export class EmbeddedNode implements AsyncDisposable {
  /** 0x-hex hash of the first block. */
  readonly genesisHash: string;
  /** Lower-case 0x-hex address that seals every block. */
  readonly sealerAddress: string;
  readonly #store: ChainStore;
  readonly #sealer: Sealer;
  readonly #allowlist: Allowlist;
  readonly #dispatcher: Dispatcher;
  #closed = false;

  private constructor(genesis: SealedBlock, dispatcher: Dispatcher) {
    this.genesisHash = bytesToHex(genesis.header.hash);
    this.sealerAddress = dispatcher.context.rules.sealer;
    this.#store = dispatcher.context.store;
    this.#sealer = dispatcher.context.sealer;
    this.#allowlist = dispatcher.context.allowlist;
    this.#dispatcher = dispatcher;
  }

  /**
   * Opens the chain in `options.dataFolder`, or starts it. Throws `NODE_OPTIONS_INVALID`, `NODE_ALLOWLIST_…`,
   * `NODE_FOLDER_LOCKED`, `NODE_STORE_UNAVAILABLE`, `NODE_STORE_CORRUPT`, `NODE_STORE_VERSION` or
   * `NODE_GENESIS_MISMATCH`.
   */
  static async open(options: NodeOptions, dependencies: NodeDependencies): Promise<EmbeddedNode> {
    const config = toNodeConfig(options);
    const rules = await createChainRules(config.chainId, config.sealerPrivateKey, dependencies.crypto);
    const allowlist = await Allowlist.open(config.allowlistFile);
    await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
    const { dataFolder, writeBufferBytes } = config;
    const store = await ChainStore.open(dataFolder, rules.crypto, { writeBufferBytes });
    try {
      checkNewestBlocks(store);
      const genesis = await requireGenesis(store, config, rules);
      return new EmbeddedNode(genesis, await assemble({ config, rules, allowlist, store }, dependencies));
    } catch (error) {
      await store[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Calls a JSON-RPC method in this process; throws `RpcError`, or `NODE_CLOSED`. */
  async request(method: string, params: readonly unknown[] = []): Promise<unknown> {
    this.#requireOpen();
    return callMethod(this.#dispatcher, method, params);
  }

  /** Answers the text of a JSON-RPC request or batch. */
  async answer(text: string): Promise<string> {
    this.#requireOpen();
    return answerText(this.#dispatcher, text);
  }

  /** Whether blocks are made; false after a write failed, until the node is opened again. */
  get isSealing(): boolean {
    return this.#sealer.isSealing;
  }

  /** Seals a block now, with what waits or empty; resolves when it is durable. */
  async sealBlock(): Promise<void> {
    this.#requireOpen();
    await this.#sealer.sealNow();
  }

  /** Reads the account allowlist again; when the file is not good the old list stays and this throws. */
  reloadAllowlist(): Promise<void> {
    return this.#allowlist.reload();
  }

  /** Finishes the block in hand and closes the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#sealer.stop();
    await this.#store[Symbol.asyncDispose]();
  }

  #requireOpen(): void {
    if (this.#closed) throw new NodeError('NODE_CLOSED', 'the node is closed');
  }
}

/** Commits the genesis block of a new chain, or holds the stored one against the configured one. */
async function requireGenesis(
  store: ChainStore,
  config: NodeConfig,
  rules: ChainRules,
): Promise<SealedBlock> {
  const genesis = await createGenesis(config.genesis, rules, store.stateNodes);
  const stored = store.blockByNumber(0n);
  if (stored === undefined) {
    await store.commit({ block: genesis, receipts: [] });
    return genesis;
  }
  store.stateNodes.discard();
  if (!equalsBytes(stored.header.hash, genesis.header.hash)) {
    throw new NodeError(
      'NODE_GENESIS_MISMATCH',
      'the folder holds a chain with another chain id, sealer, time or first accounts; use its own settings or another folder',
    );
  }
  return stored;
}

interface Parts {
  readonly config: NodeConfig;
  readonly rules: ChainRules;
  readonly allowlist: Allowlist;
  readonly store: ChainStore;
}

async function assemble(
  { config, rules, allowlist, store }: Parts,
  { nowSeconds, onError = () => undefined }: NodeDependencies,
): Promise<Dispatcher> {
  const blockHashes = (number: bigint): Uint8Array | undefined => store.blockByNumber(number)?.header.hash;
  const pool = new TransactionPool(config.limits.maxPoolTransactions);
  const executor = await Executor.create(rules, store.stateNodes, blockHashes);
  const states = await StateReader.create(rules, store.stateNodes);
  const simulator = await Simulator.create(rules, store.stateNodes, blockHashes);
  const sealer = new Sealer(
    {
      privateKey: config.sealerPrivateKey,
      sealIntervalMs: config.sealIntervalMs,
      heartbeatSeconds: config.heartbeatSeconds,
      maxClockLeadSeconds: config.limits.maxClockLeadSeconds,
    },
    { rules, store, executor, pool, allowlist, nowSeconds, onFailure: onError },
  );
  const head = (): SealedBlock => {
    if (store.head === undefined) throw new TypeError('an open node has its genesis block');
    return store.head;
  };
  return {
    context: {
      rules,
      store,
      pool,
      sealer,
      states,
      simulator,
      allowlist,
      limits: config.limits,
      answersAfterSealing: config.sealIntervalMs === 0,
      head,
    },
    methods: selectMethods(config.limits.allowedMethods),
    onError,
  };
}
