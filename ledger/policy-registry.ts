/** Publishes and withdraws an authority's policies and its mappings with others, each version once. */
import { hexlify } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { policyRegistryAbi } from './abi.ts';
import { readContract } from './contract-call.ts';
import { checkDeployment, deployedContract, type Deployment } from './deployment.ts';
import type { MappingToApprove } from './mapping-approval.ts';
import type { LedgerRpc } from './rpc.ts';
import type { Sender } from './sender.ts';

export interface PolicyRegistryOptions {
  readonly rpc: LedgerRpc;
  readonly deployment: Deployment;
  /** The admin of the authority; anyone's for mappings that both admins have signed. */
  readonly sender: Pick<Sender, 'sendUnless'>;
}

export interface PolicyToPublish {
  readonly authority: Hex;
  /** keccak256 of its id (`policyIdOf`). */
  readonly policy: Hex;
  /** The policy's last plus one. */
  readonly version: number;
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** Unix seconds, no sooner than the lead time after the block that takes it. */
  readonly effectiveFrom: number;
}

/** The last version on the ledger, which need not hold yet. */
export interface RegisteredVersion {
  /** The first is 1. */
  readonly version: number;
  /** Absent: a withdrawal. */
  readonly digest?: Hex;
  readonly effectiveFrom: number;
}

const WITHDRAWN: Hex = `0x${'00'.repeat(32)}`;
/** Instead of a time: that of the block which takes it. */
const AT_ONCE = 0;

export class PolicyRegistryClient {
  readonly #options: PolicyRegistryOptions;
  readonly #address: Hex;

  /** Throws `LEDGER_DEPLOYMENT_INVALID` for a ledger without the contract. */
  constructor(options: PolicyRegistryOptions) {
    this.#options = options;
    this.#address = deployedContract(options.deployment, 'policyRegistry').address;
  }

  /**
   * Publishes a version unless it stands already, with this content and from this time on.
   *
   * Throws what `Sender.send` throws, and as `checkDeployment`: `LEDGER_REVERTED` with `PolicyRegistryWrongVersion`
   * when the version is not the next, also where it is the last one with another beginning (the consortium may have
   * made it hold sooner), `…TooEarly` when it would not wait the lead time.
   */
  async publish(next: PolicyToPublish): Promise<void> {
    const { authority, policy, version, effectiveFrom } = next;
    const digest = hexlify(next.digest);
    await this.#send('publish', [authority, policy, version, digest, effectiveFrom], async () =>
      isSame(await this.policy(authority, policy), next),
    );
  }

  /**
   * Publishes a version of a mapping that both admins have signed (`approveMapping`), as {@link publish};
   * `PolicyRegistryInvalidSignature` when one has not, `…DeadlinePassed` when it is too late.
   */
  async publishMapping(
    next: MappingToApprove,
    signatures: { readonly bySource: Hex; readonly byTarget: Hex },
  ): Promise<void> {
    const { source, target, version, effectiveFrom, deadline } = next;
    const digest = hexlify(next.digest);
    const { bySource, byTarget } = signatures;
    const values = [source, target, version, digest, effectiveFrom, deadline, bySource, byTarget];
    await this.#send('publishMapping', values, async () => isSame(await this.mapping(source, target), next));
  }

  /**
   * Withdraws a policy from `effectiveFrom` on, Unix seconds, unless it is withdrawn from then on already; without a
   * time at once, which is from the block on that takes it.
   *
   * Throws as {@link publish}: `LEDGER_REVERTED` with `PolicyRegistryTooEarly` for a time that has passed when the
   * block is sealed, `…WithdrawalMovesLater` when it ends sooner already.
   */
  async withdraw(authority: Hex, policy: Hex, effectiveFrom: number = AT_ONCE): Promise<void> {
    await this.#send('withdraw', [authority, policy, effectiveFrom], async () =>
      isWithdrawn(await this.policy(authority, policy), effectiveFrom),
    );
  }

  /** As {@link withdraw}, by the admin of either authority, also while one of them is suspended. */
  async withdrawMapping(source: Hex, target: Hex, effectiveFrom: number = AT_ONCE): Promise<void> {
    await this.#send('withdrawMapping', [source, target, effectiveFrom], async () =>
      isWithdrawn(await this.mapping(source, target), effectiveFrom),
    );
  }

  /** `undefined` before the first. */
  async policy(authority: Hex, policy: Hex): Promise<RegisteredVersion | undefined> {
    return this.#last('policyOf', [authority, policy]);
  }

  /** `undefined` before the first. */
  async mapping(source: Hex, target: Hex): Promise<RegisteredVersion | undefined> {
    return this.#last('mappingOf', [source, target]);
  }

  /** How long a version waits. */
  async leadTimeSeconds(): Promise<number> {
    const [seconds] = await this.#read('leadTime', []);
    return Number(seconds);
  }

  async #send(name: string, values: readonly unknown[], isDone: () => Promise<boolean>): Promise<void> {
    const { rpc, deployment, sender } = this.#options;
    await sender.sendUnless(
      async () => {
        await checkDeployment(rpc, deployment);
        return await isDone();
      },
      {
        to: this.#address,
        data: policyRegistryAbi.encodeFunctionData(name, values) as Hex, // ethers gives lowercase hex
      },
    );
  }

  async #last(name: string, values: readonly unknown[]): Promise<RegisteredVersion | undefined> {
    const [version, digest, effectiveFrom] = await this.#read(name, values);
    if (Number(version) === 0) return undefined;
    const last = { version: Number(version), effectiveFrom: Number(effectiveFrom) };
    return digest === WITHDRAWN ? last : { ...last, digest: String(digest).toLowerCase() as Hex }; // bytes32
  }

  async #read(name: string, values: readonly unknown[]): Promise<readonly unknown[]> {
    const { rpc } = this.#options;
    return readContract(rpc, { abi: policyRegistryAbi, address: this.#address, name, values });
  }
}

function isSame(
  last: RegisteredVersion | undefined,
  { version, digest, effectiveFrom }: Pick<PolicyToPublish, 'version' | 'digest' | 'effectiveFrom'>,
): boolean {
  return last?.version === version && last.digest === hexlify(digest) && last.effectiveFrom === effectiveFrom;
}

/** Never of at once, which has no time to compare: the contract knows what is withdrawn by now, and then does nothing. */
function isWithdrawn(last: RegisteredVersion | undefined, from: number): boolean {
  return last !== undefined && last.digest === undefined && last.effectiveFrom === from;
}
