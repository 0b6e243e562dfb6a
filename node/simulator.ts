/**
 * Runs a message against the state after some block and throws the changes away: `eth_call` and `eth_estimateGas`.
 *
 * One EVM serves all calls, one at a time; its changes live between a checkpoint and a revert and reach no disk. A
 * call keeps the process to itself, for seconds at worst; between two of them everything else has its turn, sealing
 * first of all.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EVMError, type EVM } from '@ethereumjs/evm';
import type { MerkleStateManager } from '@ethereumjs/statemanager';
import { bytesToUnprefixedHex, equalsBytes, type Address } from '@ethereumjs/util';
import type { ChainRules } from './chain-rules.ts';
import { openEvm, type BlockHashes } from './evm.ts';
import { environmentBlock, type BlockPosition } from './executor.ts';
import { ScratchNodes } from './scratch-nodes.ts';
import type { StateNodes } from './state-nodes.ts';
import { openWorldState } from './world-state.ts';

export interface Message {
  readonly from: Address;
  /** Absent to create a contract. */
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly gasPrice: bigint;
  /** Gas for the execution, intrinsic gas not included. */
  readonly gas: bigint;
  readonly accessList: readonly AccessListItem[];
}

/** When a message runs: a header is one, and so is the block that would be made now. */
export interface Moment extends BlockPosition {
  readonly stateRoot: Uint8Array;
}

export interface AccessListItem {
  readonly address: Address;
  readonly slots: readonly Uint8Array[];
}

export type Outcome =
  | {
      readonly kind: 'returned';
      readonly data: Uint8Array;
      readonly gasUsed: bigint;
      readonly gasRefund: bigint;
    }
  | { readonly kind: 'reverted'; readonly data: Uint8Array }
  /** The EVM stopped: out of gas, invalid instruction and the like; `reason` is EthereumJS' name for it. */
  | { readonly kind: 'halted'; readonly reason: string };

export class Simulator {
  readonly #rules: ChainRules;
  readonly #nodes: ScratchNodes;
  readonly #state: MerkleStateManager;
  readonly #evm: EVM;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(rules: ChainRules, nodes: ScratchNodes, state: MerkleStateManager, evm: EVM) {
    this.#rules = rules;
    this.#nodes = nodes;
    this.#state = state;
    this.#evm = evm;
  }

  static async create(rules: ChainRules, nodes: StateNodes, blockHashes: BlockHashes): Promise<Simulator> {
    const scratch = new ScratchNodes(nodes);
    const state = await openWorldState(scratch, rules);
    return new Simulator(rules, scratch, state, await openEvm(rules, state, blockHashes));
  }

  /** Runs a message as if it were in a block of this number and time, on this state. */
  run(message: Message, moment: Moment): Promise<Outcome> {
    return this.#serially(async () => {
      await nextTurn();
      await this.#moveTo(moment.stateRoot);
      await this.#state.checkpoint();
      try {
        return await this.#execute(message, moment);
      } finally {
        this.#evm.journal.cleanJournal();
        await this.#state.revert();
        this.#nodes.forget();
      }
    });
  }

  async #execute(message: Message, moment: Moment): Promise<Outcome> {
    this.#warm(message);
    const { execResult } = await this.#evm.runCall({
      block: environmentBlock(moment, this.#rules),
      caller: message.from,
      ...(message.to === undefined ? {} : { to: message.to }),
      value: message.value,
      data: message.data,
      gasPrice: message.gasPrice,
      gasLimit: message.gas,
      skipBalance: true,
    });
    const error = execResult.exceptionError;
    if (error?.error === EVMError.errorMessages.REVERT)
      return { kind: 'reverted', data: execResult.returnValue };
    if (error !== undefined) return { kind: 'halted', reason: error.error };
    return {
      kind: 'returned',
      data: execResult.returnValue,
      gasUsed: execResult.executionGasUsed,
      gasRefund: execResult.gasRefund ?? 0n,
    };
  }

  /** What a transaction finds warm (EIP-2929, EIP-3651), so that an estimate is exact. */
  #warm({ from, to, accessList }: Message): void {
    const { journal } = this.#evm;
    journal.cleanJournal();
    for (const precompile of this.#evm.precompiles.keys()) journal.addAlwaysWarmAddress(precompile);
    journal.addAlwaysWarmAddress(from.toString());
    journal.addAlwaysWarmAddress(this.#rules.sealer);
    if (to !== undefined) journal.addAlwaysWarmAddress(to.toString());
    for (const { address, slots } of accessList) {
      journal.addAlwaysWarmAddress(address.toString());
      for (const slot of slots) journal.addAlwaysWarmSlot(address.toString(), bytesToUnprefixedHex(slot));
    }
  }

  async #moveTo(root: Uint8Array): Promise<void> {
    if (!equalsBytes(await this.#state.getStateRoot(), root)) await this.#state.setStateRoot(root);
  }

  #serially<Value>(job: () => Promise<Value>): Promise<Value> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
