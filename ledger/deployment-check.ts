/**
 * Whether an endpoint still serves a deployment, before each write: whatever it is that answers at an address may have
 * been set up anew since the last one.
 *
 * All of it (`checkDeployment`) is asked once. As long as the chain still has the block that it had then, its contracts
 * have the code that they had: none of ours destroys itself. What a Safe runs its owners may change, so that is asked
 * each time.
 */
import { parseHeader } from './block-header.ts';
import type { BlockRef } from './confirmed-blocks.ts';
import { checkDeployment, safeQuestion, type Deployment } from './deployment.ts';
import type { LedgerRpc } from './rpc.ts';
import { toQuantity } from './rpc-values.ts';

export interface DeploymentCheckOptions {
  readonly rpc: LedgerRpc;
  readonly deployment: Deployment;
}

export class DeploymentCheck {
  readonly #rpc: LedgerRpc;
  readonly #deployment: Deployment;
  /** A block that holds every contract. */
  #held: BlockRef | undefined;

  constructor({ rpc, deployment }: DeploymentCheckOptions) {
    this.#rpc = rpc;
    this.#deployment = deployment;
  }

  /** Throws as `checkDeployment`. */
  async check(): Promise<void> {
    if (this.#held !== undefined && (await this.#stillHas(this.#held))) return;
    // Read before the code: should the chain be exchanged between the two, the next check does not find this block.
    const head = parseHeader(await this.#rpc.request('eth_getBlockByNumber', ['latest', false]));
    await checkDeployment(this.#rpc, this.#deployment);
    const lastCreated = Math.max(
      ...Object.values(this.#deployment.contracts).map(({ fromBlock }) => fromBlock),
    );
    this.#held = head.number < lastCreated ? undefined : head;
  }

  async #stillHas({ number, hash }: BlockRef): Promise<boolean> {
    const safe = safeQuestion(this.#deployment.contracts, 'latest');
    const block = { method: 'eth_getBlockByNumber', params: [toQuantity(number), false] };
    const [reply, ...slots] = await this.#rpc.batch([block, ...safe.calls]);
    if (reply === null || parseHeader(reply).hash !== hash) return false;
    safe.judge(slots);
    return true;
  }
}
