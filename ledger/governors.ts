/**
 * The consortium at work: k of n governors schedule acts through their Safe, all the world can see them, and when
 * the AccessManager's delay is over k of n carry them out. Suspending an authority needs no delay.
 *
 *   const governors = new Governors({ rpc, sender, deployment, sign });
 *   const due = await governors.schedule(acts);   // block time from which on they may be carried out
 *   … the delay …
 *   await governors.carryOut(acts);
 */
import { AbiCoder, keccak256 } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { accessManagerAbi } from './abi.ts';
import type { ConsortiumAct } from './consortium-acts.ts';
import { readContract } from './contract-call.ts';
import type { Deployment } from './deployment.ts';
import { LedgerError } from './errors.ts';
import type { LedgerRpc } from './rpc.ts';
import { SafeClient, type OwnerSignature, type SafeTransaction } from './safe.ts';
import type { Receipt, Sender } from './sender.ts';

export interface GovernorsOptions {
  readonly rpc: LedgerRpc;
  /** Any account that may send: it hands in and has no power. */
  readonly sender: Pick<Sender, 'send'>;
  /** Of a ledger that a Safe governs; throws `LEDGER_DEPLOYMENT_INVALID` for another. */
  readonly deployment: Deployment;
  /** Collects the signatures of enough governors. */
  readonly sign: (
    transaction: SafeTransaction,
  ) => readonly OwnerSignature[] | Promise<readonly OwnerSignature[]>;
}

const AS_SOON_AS_ALLOWED = 0;

export class Governors {
  readonly safe: SafeClient;
  readonly #options: GovernorsOptions;
  readonly #safeAddress: Hex;
  readonly #accessManager: Hex;

  constructor(options: GovernorsOptions) {
    const { rpc, sender, deployment } = options;
    const { safe, accessManager } = deployment.contracts;
    if (safe === undefined) throw new LedgerError('LEDGER_DEPLOYMENT_INVALID', 'no Safe governs this ledger');
    this.#options = options;
    this.#safeAddress = safe.address;
    this.#accessManager = accessManager.address;
    this.safe = new SafeClient({ rpc, sender, chainId: deployment.chainId, safe: safe.address });
  }

  /**
   * Schedules those of `acts` that are not scheduled yet, all in one transaction; returns the block time, Unix
   * seconds, from which on all may be carried out. An act that is not carried out within a week expires.
   */
  async schedule(acts: readonly ConsortiumAct[]): Promise<number> {
    const times = await this.#scheduledTimes(acts);
    const missing = acts.filter((_, i) => times[i] === 0);
    if (missing.length > 0) await this.#inOne('schedule', missing, [AS_SOON_AS_ALLOWED]);
    return Math.max(...(await this.#scheduledTimes(acts)));
  }

  /** Carries out what is scheduled and due, all in one transaction: `AccessManagerNotReady` before. */
  async carryOut(acts: readonly ConsortiumAct[]): Promise<Receipt> {
    return this.#inOne('execute', acts, []);
  }

  /** Acts at once, where the AccessManager has no delay: `suspendAuthority`, the emergencies of
   * policies, and the Safe's own affairs. */
  async actNow({ to, data, gasLimit }: ConsortiumAct): Promise<Receipt> {
    const transaction = await this.safe.prepare({ to, data });
    return this.safe.execute(transaction, await this.#options.sign(transaction), gasLimit);
  }

  #inOne(
    name: 'schedule' | 'execute',
    acts: readonly ConsortiumAct[],
    rest: readonly unknown[],
  ): Promise<Receipt> {
    const parts = acts.map(({ to, data }) => accessManagerAbi.encodeFunctionData(name, [to, data, ...rest]));
    const data = accessManagerAbi.encodeFunctionData('multicall', [parts]) as Hex; // ethers gives lowercase hex
    const gasLimit = acts.reduce((sum, act) => sum + (act.gasLimit ?? ACT_GAS), BASE_GAS);
    return this.actNow({ to: this.#accessManager, data, gasLimit });
  }

  /** For each act, from when on it may be carried out; 0 = it is not scheduled, or has expired. */
  async #scheduledTimes(acts: readonly ConsortiumAct[]): Promise<readonly number[]> {
    const times: number[] = [];
    for (const { to, data } of acts) {
      const operation = keccak256(
        AbiCoder.defaultAbiCoder().encode(['address', 'address', 'bytes'], [this.#safeAddress, to, data]),
      );
      const [time] = await readContract(this.#options.rpc, {
        abi: accessManagerAbi,
        address: this.#accessManager,
        name: 'getSchedule',
        values: [operation],
      });
      times.push(Number(time));
    }
    return times;
  }
}

const BASE_GAS = 1_000_000n;
const ACT_GAS = 500_000n;
