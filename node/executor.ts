/**
 * Executes the transactions of a block. Sealing and checking history run this same code, so whatever was sealed
 * gives the same state, receipts and gas when it is executed again.
 */
import { createBlock, type Block } from '@ethereumjs/block';
import type { MerkleStateManager } from '@ethereumjs/statemanager';
import type { TypedTransaction } from '@ethereumjs/tx';
import { equalsBytes } from '@ethereumjs/util';
import { createVM, runTx, type RunTxResult, type VM } from '@ethereumjs/vm';
import { bloomOf } from './bloom.ts';
import { BLOCK_GAS_LIMIT, type ChainRules } from './chain-rules.ts';
import { openEvm, type BlockHashes } from './evm.ts';
import { NodeError } from './node-errors.ts';
import type { Receipt } from './receipt.ts';
import type { StateNodes } from './state-nodes.ts';
import { openWorldState, trimCaches } from './world-state.ts';

export interface BlockPosition {
  readonly number: bigint;
  readonly timestamp: bigint;
}

export interface Execution {
  /** The transactions that went in, in order. */
  readonly included: readonly TypedTransaction[];
  /** Those that cannot be in this block (wrong nonce, no funds); they left no trace. */
  readonly refused: readonly TypedTransaction[];
  /** Those that did not fit; they may be in the next block. */
  readonly left: readonly TypedTransaction[];
  readonly receipts: readonly Receipt[];
  readonly gasUsed: bigint;
  readonly stateRoot: Uint8Array;
}

export class Executor {
  readonly #rules: ChainRules;
  readonly #nodes: StateNodes;
  readonly #state: MerkleStateManager;
  readonly #vm: VM;

  private constructor(rules: ChainRules, nodes: StateNodes, state: MerkleStateManager, vm: VM) {
    this.#rules = rules;
    this.#nodes = nodes;
    this.#state = state;
    this.#vm = vm;
  }

  static async create(rules: ChainRules, nodes: StateNodes, blockHashes: BlockHashes): Promise<Executor> {
    const state = await openWorldState(nodes, rules);
    const evm = await openEvm(rules, state, blockHashes);
    const vm = await createVM({ common: rules.common, stateManager: state, evm });
    return new Executor(rules, nodes, state, vm);
  }

  /**
   * Executes transactions on top of a state. The nodes of the new state are held back in the `StateNodes` until the
   * caller commits or discards them. One execution at a time.
   */
  async execute(
    parentStateRoot: Uint8Array,
    position: BlockPosition,
    transactions: Iterable<TypedTransaction>,
  ): Promise<Execution> {
    await this.#moveTo(parentStateRoot);
    await this.#state.checkpoint();
    let outcome: Omit<Execution, 'stateRoot'>;
    try {
      outcome = await this.#runAll(position, transactions);
    } catch (error) {
      await this.#state.revert();
      this.#nodes.discard();
      throw error;
    }
    await this.#state.commit();
    const stateRoot = await this.#state.getStateRoot();
    trimCaches(this.#state);
    return { ...outcome, stateRoot };
  }

  async #runAll(
    position: BlockPosition,
    transactions: Iterable<TypedTransaction>,
  ): Promise<Omit<Execution, 'stateRoot'>> {
    const included: TypedTransaction[] = [];
    const refused: TypedTransaction[] = [];
    const left: TypedTransaction[] = [];
    const receipts: Receipt[] = [];
    let gasUsed = 0n;
    let block: Block | undefined; // making one takes as long as checking an empty block's seal
    for (const transaction of transactions) {
      // All after the first that does not fit wait too: a sender's later nonces must not overtake it.
      if (left.length > 0 || gasUsed + transaction.gasLimit > BLOCK_GAS_LIMIT) {
        left.push(transaction);
        continue;
      }
      block ??= environmentBlock(position, this.#rules);
      const result = await this.#run(transaction, block, gasUsed);
      if (result === undefined) {
        refused.push(transaction);
        continue;
      }
      gasUsed += result.totalGasSpent;
      included.push(transaction);
      receipts.push(this.#receiptOf(transaction, result, gasUsed));
    }
    return { included, refused, left, receipts, gasUsed };
  }

  /** `undefined` when the transaction is not valid here; whatever it did is undone then. */
  async #run(
    transaction: TypedTransaction,
    block: Block,
    blockGasUsed: bigint,
  ): Promise<RunTxResult | undefined> {
    try {
      return await runTx(this.#vm, { tx: transaction, block, blockGasUsed, skipHardForkValidation: true });
    } catch (error) {
      if (error instanceof NodeError) throw error;
      return undefined;
    }
  }

  #receiptOf(transaction: TypedTransaction, result: RunTxResult, cumulativeGasUsed: bigint): Receipt {
    const logs = (result.execResult.logs ?? []).map(([address, topics, data]) => ({ address, topics, data }));
    return {
      type: transaction.type,
      succeeded: result.execResult.exceptionError === undefined,
      cumulativeGasUsed,
      logsBloom: bloomOf(logs, this.#rules.crypto),
      logs,
    };
  }

  async #moveTo(root: Uint8Array): Promise<void> {
    if (equalsBytes(await this.#state.getStateRoot(), root)) return;
    this.#nodes.discard();
    await this.#state.setStateRoot(root);
  }
}

/** The block as contracts see it: the sealer is the beneficiary, the base fee is zero. */
export function environmentBlock({ number, timestamp }: BlockPosition, rules: ChainRules): Block {
  return createBlock(
    {
      header: {
        number,
        timestamp,
        gasLimit: BLOCK_GAS_LIMIT,
        baseFeePerGas: 0n,
        difficulty: 2n,
        coinbase: rules.sealer,
      },
    },
    // The form of a proof-of-stake header is not ours (chain-rules.ts).
    { common: rules.common, skipConsensusFormatValidation: true },
  );
}
