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

/** What a withdrawal ends, and when. */
export interface Withdrawal {
  /** The last version that was published: if another one is by then, nothing is withdrawn. */
  readonly version: number;
  /** Unix seconds; absent: at once, which is from the block on that takes it. */
  readonly effectiveFrom?: number;
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
   * Withdraws a policy, or changes nothing where it is withdrawn from then on already.
   *
   * Throws as {@link publish}: `LEDGER_REVERTED` with `PolicyRegistryWrongVersion` when `version` is not the last that
   * was published, `…TooEarly` for a time that has passed when the block is sealed, `…WithdrawalMovesLater` when it ends
   * sooner already.
   */
  async withdraw(authority: Hex, policy: Hex, ended: Withdrawal): Promise<void> {
    await this.#end('withdraw', [authority, policy], ended);
  }

  /** As {@link withdraw}, by the admin of either authority, also while one of them is suspended. */
  async withdrawMapping(source: Hex, target: Hex, ended: Withdrawal): Promise<void> {
    await this.#end('withdrawMapping', [source, target], ended);
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

  /** The contract knows which version it ends, and whether there is anything to do. */
  async #end(
    name: 'withdraw' | 'withdrawMapping',
    of: readonly Hex[],
    { version, effectiveFrom = AT_ONCE }: Withdrawal,
  ): Promise<void> {
    await this.#send(name, [...of, version, effectiveFrom], () => Promise.resolve(false));
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
