/**
 * Spends the nullifiers of an issuer's conversions and acknowledges those of others, in batches, each batch once.
 * Both sides of a pair are counted by themselves: (source, target) from 1.
 */
import { hexlify } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { conversionRegistryAbi } from './abi.ts';
import { readContract, readContracts, type ViewCall } from './contract-call.ts';
import { deployedContract, type Deployment } from './deployment.ts';
import { DeploymentCheck } from './deployment-check.ts';
import type { LedgerRpc } from './rpc.ts';
import type { Sender } from './sender.ts';

export interface ConversionRegistryOptions {
  readonly rpc: LedgerRpc;
  readonly deployment: Deployment;
  /** The issuer's account. */
  readonly sender: Sender;
  readonly issuer: Hex;
}

export interface ConversionBatch {
  /** The other issuer of the pair. */
  readonly partner: Hex;
  /** The pair's last on this side plus one. */
  readonly sequence: number;
  /** 8, 16, 32, 64, 128 or 256 of 32 bytes each, none zero, none on record for this pair. */
  readonly values: readonly Uint8Array[];
}

/** How many batches a pair has on each side. */
export interface ConversionSequences {
  readonly spent: number;
  readonly acknowledged: number;
}

interface Pair {
  readonly source: Hex;
  readonly target: Hex;
}

/** Measured: 6.1 million for 256 values (`test/contracts/gas.json`), of which each takes some 24,000. */
const BASE_GAS = 300_000n;
const GAS_PER_VALUE = 30_000n;

export class ConversionRegistryClient {
  readonly #rpc: LedgerRpc;
  readonly #check: DeploymentCheck;
  readonly #sender: Sender;
  readonly #issuer: Hex;
  readonly #address: Hex;

  /** Throws `LEDGER_DEPLOYMENT_INVALID` for a ledger without the contract. */
  constructor(options: ConversionRegistryOptions) {
    this.#rpc = options.rpc;
    this.#check = new DeploymentCheck(options);
    this.#sender = options.sender;
    this.#issuer = options.issuer;
    this.#address = deployedContract(options.deployment, 'conversionRegistry').address;
  }

  /**
   * Spends a batch of our nullifiers for the partner, unless it is spent already.
   *
   * Throws what `Sender.send` throws, and as `checkDeployment`: `LEDGER_REVERTED` with
   * `ConversionRegistryAlreadySpent` when one of them was spent in another batch, `…WrongSequence` when another batch
   * took the sequence, `…NoTarget` while the partner is not active.
   */
  async spend(batch: ConversionBatch): Promise<void> {
    const pair = { source: this.#issuer, target: batch.partner };
    await this.#send('spend', batch, () => this.#holds(batch, pair, { name: 'spentIn', side: 'spent' }));
  }

  /** Acknowledges a batch of the partner's conversions, as {@link spend}; `…NothingSpent` when there are none. */
  async acknowledge(batch: ConversionBatch): Promise<void> {
    const pair = { source: batch.partner, target: this.#issuer };
    const where = { name: 'acknowledgedIn', side: 'acknowledged' } as const;
    await this.#send('acknowledge', batch, () => this.#holds(batch, pair, where));
  }

  async sequences({ source, target }: Pair): Promise<ConversionSequences> {
    const [spent, acknowledged] = await readContract(this.#rpc, this.#call('sequencesOf', [source, target]));
    return { spent: Number(spent), acknowledged: Number(acknowledged) };
  }

  /** The sequence of the batch in which a nullifier was spent; 0: it was not. */
  async spentIn({ source, target }: Pair, nullifier: Uint8Array): Promise<number> {
    const [sequence] = await readContract(
      this.#rpc,
      this.#call('spentIn', [source, target, hexlify(nullifier)]),
    );
    return Number(sequence);
  }

  /** The sequence of the batch in which an acknowledgement was given; 0: it was not. */
  async acknowledgedIn({ source, target }: Pair, acknowledgement: Uint8Array): Promise<number> {
    const [sequence] = await readContract(
      this.#rpc,
      this.#call('acknowledgedIn', [source, target, hexlify(acknowledgement)]),
    );
    return Number(sequence);
  }

  async #send(
    name: 'spend' | 'acknowledge',
    { partner, sequence, values }: ConversionBatch,
    isThere: () => Promise<boolean>,
  ): Promise<void> {
    const parameters = [partner, values.map((value) => hexlify(value)), sequence];
    await this.#sender.sendUnless(
      async () => {
        const isDone = isThere();
        isDone.catch(() => undefined); // what is wrong with the ledger itself is said first
        await this.#check.check();
        return await isDone;
      },
      {
        to: this.#address,
        data: conversionRegistryAbi.encodeFunctionData(name, parameters) as Hex, // ethers gives lowercase hex
        gasLimit: BASE_GAS + GAS_PER_VALUE * BigInt(values.length),
        isTriedFirst: false,
      },
    );
  }

  /** Whether each of the values is on record in the batch of this sequence; one question where it has yet to come. */
  async #holds(
    { sequence, values }: ConversionBatch,
    pair: Pair,
    { name, side }: { readonly name: 'spentIn' | 'acknowledgedIn'; readonly side: keyof ConversionSequences },
  ): Promise<boolean> {
    if ((await this.sequences(pair))[side] < sequence) return false;
    const found = await readContracts(
      this.#rpc,
      values.map((value) => this.#call(name, [pair.source, pair.target, hexlify(value)])),
    );
    return found.every(([batch]) => Number(batch) === sequence);
  }

  #call(name: string, values: readonly unknown[]): ViewCall {
    return { abi: conversionRegistryAbi, address: this.#address, name, values };
  }
}
