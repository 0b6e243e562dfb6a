/**
 * Puts the consortium's contracts on a chain: OpenZeppelin's AccessManager, whose administrator is the
 * consortium's governor, and ours under it. The governor calls `TrustList`'s consortium functions directly;
 * nobody else holds a role.
 */
import { AbiCoder, concat } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { parseHeader } from './block-header.ts';
import { codeHashOf, type DeployedContract, type Deployment } from './deployment.ts';
import { LedgerError } from './errors.ts';
import { LedgerRpc } from './rpc.ts';
import { parseQuantity, toQuantity } from './rpc-values.ts';
import { Sender } from './sender.ts';

export interface DeployOptions {
  readonly rpcUrl: string;
  /** Account that creates the contracts and keeps no power over them; 32 bytes or hex. */
  readonly deployerKey: Uint8Array | string;
  /** Administrator of the AccessManager; default the deployer itself. */
  readonly governor?: Hex;
  /** Creation code by contract name: `AccessManager`, `TrustList`, `BatchAnchor`, `StatusAnchor`. */
  readonly artifacts: (name: string) => { readonly bytecode: string };
  /** How long a widened power waits. */
  readonly wideningDelaySeconds: number;
}

/** Contract creation: the largest of ours takes about 3 million. */
const CREATION_GAS = 12_000_000n;

/** Deploys all contracts, in order, and describes what now stands on the chain. */
export async function deployLedger(options: DeployOptions): Promise<Deployment> {
  using rpc = new LedgerRpc({ url: options.rpcUrl });
  const [chainId, genesis] = await rpc.batch([
    { method: 'eth_chainId', params: [] },
    { method: 'eth_getBlockByNumber', params: [toQuantity(0), false] },
  ]);
  const chain = { chainId: parseQuantity(chainId, 'chain id'), genesisHash: parseHeader(genesis).hash };
  const sender = new Sender({ rpc, privateKey: options.deployerKey, chainId: chain.chainId });

  async function create(name: string, types: string[], values: unknown[]): Promise<DeployedContract> {
    const data = concat([options.artifacts(name).bytecode, AbiCoder.defaultAbiCoder().encode(types, values)]);
    const receipt = await sender.send({ data: data as Hex, gasLimit: CREATION_GAS }); // concat gives hex
    const address = receipt.contractAddress;
    if (address === undefined) throw new LedgerError('LEDGER_BAD_REPLY', `no address for ${name}`);
    const code = await rpc.request('eth_getCode', [address, 'latest']);
    return { address, codeHash: codeHashOf(code), fromBlock: receipt.blockNumber };
  }

  const governor = options.governor ?? sender.address;
  const accessManager = await create('AccessManager', ['address'], [governor]);
  const trustList = await create(
    'TrustList',
    ['address', 'uint64'],
    [accessManager.address, options.wideningDelaySeconds],
  );
  const batchAnchor = await create('BatchAnchor', ['address'], [trustList.address]);
  const statusAnchor = await create('StatusAnchor', ['address'], [trustList.address]);
  return { version: 1, ...chain, contracts: { accessManager, trustList, batchAnchor, statusAnchor } };
}
