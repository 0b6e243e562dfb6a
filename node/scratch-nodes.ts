/**
 * The nodes of the state as those see them who run what is never sealed. EthereumJS writes a message's changes through
 * to its store before they are reverted; they stay here until they are forgotten. Among the nodes of a block they would
 * pass for stored ones, and a block that makes the same node later would leave it out.
 */
import type { BatchDBOp, DB } from '@ethereumjs/util';
import type { StateNodes } from './state-nodes.ts';

export class ScratchNodes implements DB<string, string | Uint8Array> {
  readonly #nodes: Pick<StateNodes, 'get'>;
  readonly #written = new Map<string, string | Uint8Array>();

  constructor(nodes: Pick<StateNodes, 'get'>) {
    this.#nodes = nodes;
  }

  /** What was written is not wanted any more. */
  forget(): void {
    this.#written.clear();
  }

  /** Throws `NODE_STORE_CORRUPT` as {@link StateNodes.get} does. */
  async get(key: string): Promise<string | Uint8Array | undefined> {
    return this.#written.get(key) ?? (await this.#nodes.get(key));
  }

  async put(key: string, value: string | Uint8Array): Promise<void> {
    this.#written.set(key, value);
  }

  async del(_key: string): Promise<void> {
    // As in the store: nodes are never deleted.
  }

  async batch(operations: BatchDBOp<string, string | Uint8Array>[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === 'put') await this.put(operation.key, operation.value);
    }
  }

  shallowCopy(): ScratchNodes {
    return this;
  }

  async open(): Promise<void> {
    // The store that owns the nodes opens its database.
  }
}
