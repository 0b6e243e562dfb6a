/**
 * Reads accounts, code and storage as they were after some block. It runs no contract, so that what is asked of the
 * state never waits for calls (simulator.ts), and a transaction's sender is looked up at once.
 */
import type { MerkleStateManager } from '@ethereumjs/statemanager';
import { equalsBytes } from '@ethereumjs/util';
import type { ChainRules } from './chain-rules.ts';
import type { Header } from './header.ts';
import { ScratchNodes } from './scratch-nodes.ts';
import type { StateNodes } from './state-nodes.ts';
import { openWorldState } from './world-state.ts';

export class StateReader {
  readonly #nodes: ScratchNodes;
  readonly #state: MerkleStateManager;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(nodes: ScratchNodes, state: MerkleStateManager) {
    this.#nodes = nodes;
    this.#state = state;
  }

  static async create(rules: ChainRules, nodes: StateNodes): Promise<StateReader> {
    const scratch = new ScratchNodes(nodes);
    return new StateReader(scratch, await openWorldState(scratch, rules));
  }

  /** What `reader` takes from the state after the block of `header`; it changes nothing. One at a time. */
  read<Value>(header: Header, reader: (state: MerkleStateManager) => Promise<Value>): Promise<Value> {
    const result = this.#tail.then(async () => {
      if (!equalsBytes(await this.#state.getStateRoot(), header.stateRoot))
        await this.#state.setStateRoot(header.stateRoot);
      await this.#state.checkpoint();
      try {
        return await reader(this.#state);
      } finally {
        // Drops what was read from the caches, which would grow as long as no block comes.
        await this.#state.revert();
        this.#nodes.forget();
      }
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
