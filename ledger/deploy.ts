/**
 * Puts the consortium's contracts on a chain: ours under the AccessManager, and the AccessManager under a Safe of
 * the authorities' governors, with a delay (`governors.ts`). Whoever deploys keeps no power: the last transaction
 * hands the administrator's role to the Safe and gives it up. A ledger of tests may be governed by one account.
 */
import { AbiCoder, concat, ZeroAddress } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { accessManagerAbi, policyRegistryAbi, safeAbi, safeFactoryAbi, trustListAbi } from './abi.ts';
import { parseHeader } from './block-header.ts';
import { readContract } from './contract-call.ts';
import { codeHashOf, type DeployedContract, type Deployment } from './deployment.ts';
import { LedgerError } from './errors.ts';
import { LedgerRpc } from './rpc.ts';
import { parseQuantity, toQuantity } from './rpc-values.ts';
import { Sender } from './sender.ts';

export interface DeployOptions {
  readonly rpcUrl: string;
  /** Account that creates the contracts; 32 bytes or hex. Keeps no power over them when a Safe governs. */
  readonly deployerKey: Uint8Array | string;
  /** Who governs. Without it the deployer itself does: for tests. */
  readonly governors?: SafeGovernors;
  /**
   * Creation code by contract name: `ConsortiumAccess`, `TrustList`, `BatchAnchor`, `StatusAnchor`, `PolicyRegistry`,
   * `ConversionRegistry`, and the Safe's own `SafeL2` and `SafeProxyFactory`.
   */
  readonly artifacts: (name: string) => { readonly bytecode: string };
  /** How long a widened power waits. */
  readonly wideningDelaySeconds: number;
  /** How long a version of a policy waits; as long as a widened power when not given. */
  readonly policyLeadTimeSeconds?: number;
}

export interface SafeGovernors {
  readonly owners: readonly Hex[];
  /** How many of them must sign. */
  readonly threshold: number;
  /** How long what they decide waits, except the suspension of an authority and the emergencies of policies. */
  readonly delaySeconds: number;
}

/** Contract creation: the Safe's singleton takes about 5 million, the largest of ours 4. */
const CREATION_GAS = 12_000_000n;
const ADMIN_ROLE = 0;
/** May suspend an authority, without a delay. */
const GUARDIAN_ROLE = 1;
/** May make a published version of a policy hold at once, without a delay. */
const EMERGENCY_ROLE = 2;

/** Deploys all contracts, in order, and describes what now stands on the chain. */
export async function deployLedger(options: DeployOptions): Promise<Deployment> {
  using rpc = new LedgerRpc({ url: options.rpcUrl });
  const [chainId, genesis] = await rpc.batch([
    { method: 'eth_chainId', params: [] },
    { method: 'eth_getBlockByNumber', params: [toQuantity(0), false] },
  ]);
  const chain = { chainId: parseQuantity(chainId, 'chain id'), genesisHash: parseHeader(genesis).hash };
  const sender = new Sender({ rpc, privateKey: options.deployerKey, chainId: chain.chainId });
  const creator = new Creator(rpc, sender, options.artifacts);

  const accessManager = await creator.create('ConsortiumAccess', ['address'], [sender.address]);
  const trustList = await creator.create(
    'TrustList',
    ['address', 'uint64'],
    [accessManager.address, options.wideningDelaySeconds],
  );
  const batchAnchor = await creator.create('BatchAnchor', ['address'], [trustList.address]);
  const statusAnchor = await creator.create('StatusAnchor', ['address'], [trustList.address]);
  const policyRegistry = await creator.create(
    'PolicyRegistry',
    ['address', 'address', 'uint64'],
    [trustList.address, accessManager.address, options.policyLeadTimeSeconds ?? options.wideningDelaySeconds],
  );
  const conversionRegistry = await creator.create('ConversionRegistry', ['address'], [trustList.address]);
  const ours = { accessManager, trustList, batchAnchor, statusAnchor, policyRegistry, conversionRegistry };
  if (options.governors === undefined) return { version: 1, ...chain, contracts: ours };

  const safe = await creator.createSafe(options.governors);
  const handOver = handOverCalls(ours, safe.safe.address, {
    from: sender.address,
    delaySeconds: options.governors.delaySeconds,
  });
  await sender.send({
    to: accessManager.address,
    data: accessManagerAbi.encodeFunctionData('multicall', [handOver]) as Hex, // ethers gives lowercase hex
  });
  return { version: 1, ...chain, contracts: { ...ours, ...safe } };
}

class Creator {
  readonly #rpc: LedgerRpc;
  readonly #sender: Sender;
  readonly #artifacts: DeployOptions['artifacts'];

  constructor(rpc: LedgerRpc, sender: Sender, artifacts: DeployOptions['artifacts']) {
    this.#rpc = rpc;
    this.#sender = sender;
    this.#artifacts = artifacts;
  }

  async create(name: string, types: string[], values: unknown[]): Promise<DeployedContract> {
    const { bytecode } = this.#artifacts(name);
    const data = concat([bytecode, AbiCoder.defaultAbiCoder().encode(types, values)]);
    const receipt = await this.#sender.send({ data: data as Hex, gasLimit: CREATION_GAS }); // concat gives hex
    const address = receipt.contractAddress;
    if (address === undefined) throw new LedgerError('LEDGER_BAD_REPLY', `no address for ${name}`);
    return this.#describe(address, receipt.blockNumber);
  }

  /** A Safe without modules, guard or fallback handler. The factory is of no use afterwards. */
  async createSafe({ owners, threshold }: SafeGovernors): Promise<{
    readonly safe: DeployedContract;
    readonly safeSingleton: DeployedContract;
  }> {
    const safeSingleton = await this.create('SafeL2', [], []);
    const factory = await this.create('SafeProxyFactory', [], []);
    const nobody = ZeroAddress;
    const setup = [owners, threshold, nobody, '0x', nobody, nobody, 0, nobody];
    const values = [safeSingleton.address, safeAbi.encodeFunctionData('setup', setup), 0];
    const name = 'createChainSpecificProxyWithNonce';
    // The address depends on nothing but these values, so asking tells what sending will give.
    const call = { abi: safeFactoryAbi, address: factory.address, name, values };
    const [address] = await readContract(this.#rpc, call);
    const data = safeFactoryAbi.encodeFunctionData(name, values) as Hex; // ethers gives lowercase hex
    const { blockNumber } = await this.#sender.send({ to: factory.address, data });
    const safe = await this.#describe(String(address).toLowerCase() as Hex, blockNumber); // an address
    return { safe, safeSingleton };
  }

  async #describe(address: Hex, fromBlock: number): Promise<DeployedContract> {
    const code = await this.#rpc.request('eth_getCode', [address, 'latest']);
    return { address, codeHash: codeHashOf(code), fromBlock };
  }
}

/** All powers to the Safe and none left with `from`. */
function handOverCalls(
  { trustList, policyRegistry }: Record<'trustList' | 'policyRegistry', DeployedContract>,
  safe: Hex,
  { from, delaySeconds }: { readonly from: Hex; readonly delaySeconds: number },
): readonly string[] {
  const suspend = trustListAbi.getFunction('suspendAuthority')?.selector;
  const expedite = ['expedite', 'expediteMapping'].map(
    (name) => policyRegistryAbi.getFunction(name)?.selector,
  );
  return [
    accessManagerAbi.encodeFunctionData('setTargetFunctionRole', [
      trustList.address,
      [suspend],
      GUARDIAN_ROLE,
    ]),
    accessManagerAbi.encodeFunctionData('grantRole', [GUARDIAN_ROLE, safe, 0]),
    accessManagerAbi.encodeFunctionData('setTargetFunctionRole', [
      policyRegistry.address,
      expedite,
      EMERGENCY_ROLE,
    ]),
    accessManagerAbi.encodeFunctionData('grantRole', [EMERGENCY_ROLE, safe, 0]),
    accessManagerAbi.encodeFunctionData('grantRole', [ADMIN_ROLE, safe, delaySeconds]),
    accessManagerAbi.encodeFunctionData('renounceRole', [ADMIN_ROLE, from]),
  ];
}
