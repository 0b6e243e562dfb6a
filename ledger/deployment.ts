/**
 * The deployment file: which chain and which contracts, by hash. It is the root of everything a replica
 * believes, so it comes from the consortium and never from an endpoint.
 *
 *   { "version": 1, "chainId": 20221221, "genesisHash": "0x…32 bytes",
 *     "contracts": { "trustList": { "address": "0x…", "codeHash": "0x…", "fromBlock": 2 }, … } }
 *
 * `codeHash` is Keccak-256 of the code on chain; `fromBlock` the block that created the contract. Where a Safe
 * governs, `safe` is its proxy and `safeSingleton` the code that the proxy runs; who owns it, and how many must sign,
 * is the governors' affair and stays theirs to change.
 *
 * A ledger that was founded before there were `policyRegistry` and `conversionRegistry` is read as ever: nothing holds
 * and nothing is converted there. Whoever adds them later adds them to the file before any of their events, for a
 * replica does not read again what it has read.
 */
import { Buffer } from 'node:buffer';
import { Type, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Hex } from '../core/trust/ledger-event.ts';
import { parseHeader, type BlockHeader } from './block-header.ts';
import { LedgerError } from './errors.ts';
import { keccak256 } from './keccak.ts';
import { parseData, parseQuantity, toQuantity } from './rpc-values.ts';
import type { LedgerRpc, RpcCall } from './rpc.ts';

export const CONTRACT_NAMES = ['accessManager', 'trustList', 'batchAnchor', 'statusAnchor'] as const;

/** Both, or neither: a ledger founded before there were any. */
const REGISTRY_NAMES = ['policyRegistry', 'conversionRegistry'] as const;

/** Both, or neither: then one account governs, as in tests. */
const SAFE_NAMES = ['safe', 'safeSingleton'] as const;

export type ContractName = (typeof CONTRACT_NAMES)[number];
type SafeName = (typeof SAFE_NAMES)[number];
type RegistryName = (typeof REGISTRY_NAMES)[number];

export interface DeployedContract {
  /** Lowercase. */
  readonly address: Hex;
  readonly codeHash: Hex;
  readonly fromBlock: number;
}

export interface Deployment {
  readonly version: 1;
  readonly chainId: number;
  readonly genesisHash: Hex;
  readonly contracts: Readonly<
    Record<ContractName, DeployedContract> & Partial<Record<RegistryName | SafeName, DeployedContract>>
  >;
}

const closed = { additionalProperties: false } as const;
const hash: TSchema = Type.String({ pattern: '^0x[0-9a-f]{64}$' });
const contract: TSchema = Type.Object(
  {
    address: Type.String({ pattern: '^0x[0-9a-f]{40}$' }),
    codeHash: hash,
    fromBlock: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  },
  closed,
);
const deploymentSchema: TSchema = Type.Object(
  {
    version: Type.Literal(1),
    chainId: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    genesisHash: hash,
    contracts: Type.Object(
      {
        accessManager: contract,
        trustList: contract,
        batchAnchor: contract,
        statusAnchor: contract,
        policyRegistry: Type.Optional(contract),
        conversionRegistry: Type.Optional(contract),
        safe: Type.Optional(contract),
        safeSingleton: Type.Optional(contract),
      },
      closed,
    ),
  },
  closed,
);

/** Reads a deployment file; throws `LEDGER_DEPLOYMENT_INVALID`. */
export function parseDeployment(text: string): Deployment {
  const value = parseJson(text);
  const [fault] = Value.Errors(deploymentSchema, value);
  if (fault !== undefined) throw invalid(`${fault.instancePath || '/'} ${fault.message}`);
  const deployment = value as Deployment; // the schema describes exactly this type
  const { contracts } = deployment;
  if ((contracts.safe === undefined) !== (contracts.safeSingleton === undefined)) {
    throw invalid('a Safe and its singleton come together');
  }
  if ((contracts.policyRegistry === undefined) !== (contracts.conversionRegistry === undefined)) {
    throw invalid('the registries of policies and of conversions come together');
  }
  const all = Object.values(contracts);
  if (new Set(all.map(({ address }) => address)).size !== all.length) {
    throw invalid('two contracts have one address');
  }
  return deployment;
}

/** The text that {@link parseDeployment} reads. */
export function formatDeployment(deployment: Deployment): string {
  return `${JSON.stringify(deployment, null, 2)}\n`;
}

/**
 * Asks an endpoint whether it serves this deployment, in one round trip; returns the genesis header.
 *
 * Throws `LEDGER_WRONG_CHAIN`, `LEDGER_WRONG_GENESIS`, `LEDGER_CODE_CHANGED`.
 */
export async function checkDeployment(rpc: LedgerRpc, deployment: Deployment): Promise<BlockHeader> {
  const chain = chainQuestion(deployment);
  const code = codeQuestion(deployment, 'latest');
  const replies = await rpc.batch([...chain.calls, ...code.calls]);
  const genesis = chain.judge(replies.slice(0, chain.calls.length));
  code.judge(replies.slice(chain.calls.length));
  return genesis;
}

/** Whether it is the chain. Throws `LEDGER_WRONG_CHAIN`, `LEDGER_WRONG_GENESIS`. */
export async function checkChain(rpc: LedgerRpc, deployment: Deployment): Promise<BlockHeader> {
  const { calls, judge } = chainQuestion(deployment);
  return judge(await rpc.batch(calls));
}

/** Whether a block's state holds the contracts that were created by then. Throws `LEDGER_CODE_CHANGED`. */
export async function checkCode(rpc: LedgerRpc, deployment: Deployment, block: number): Promise<void> {
  const { calls, judge } = codeQuestion(deployment, block);
  judge(await rpc.batch(calls));
}

/** What to ask, and what to think of the replies, which are in the order of the calls. */
export interface Question<Answer> {
  readonly calls: readonly RpcCall[];
  readonly judge: (replies: readonly unknown[]) => Answer;
}

function chainQuestion(deployment: Deployment): Question<BlockHeader> {
  return {
    calls: [
      { method: 'eth_chainId', params: [] },
      { method: 'eth_getBlockByNumber', params: [toQuantity(0), false] },
    ],
    judge: ([chainId, genesis]) => {
      if (parseQuantity(chainId, 'chain id') !== deployment.chainId) {
        throw new LedgerError(
          'LEDGER_WRONG_CHAIN',
          `the endpoint serves another chain than ${deployment.chainId}`,
        );
      }
      const header = parseHeader(genesis);
      if (header.number === 0 && header.hash === deployment.genesisHash) return header;
      throw new LedgerError(
        'LEDGER_WRONG_GENESIS',
        `the chain does not begin with ${deployment.genesisHash}`,
      );
    },
  };
}

function codeQuestion({ contracts }: Deployment, block: number | 'latest'): Question<void> {
  const at = block === 'latest' ? block : toQuantity(block);
  const created = Object.entries(contracts).filter(
    ([, { fromBlock }]) => block === 'latest' || fromBlock <= block,
  );
  const codes = created.map(([, { address }]) => ({ method: 'eth_getCode', params: [address, at] }));
  const safe = created.some(([name]) => name === 'safe') ? safeQuestion(contracts, at) : NOTHING_TO_ASK;
  return {
    calls: [...codes, ...safe.calls],
    judge: (replies) => {
      created.forEach(([name, { codeHash }], i) => {
        if (codeHashOf(replies[i]) === codeHash) return;
        throw new LedgerError('LEDGER_CODE_CHANGED', `the code of ${name} is not the deployed one`);
      });
      safe.judge(replies.slice(created.length));
    },
  };
}

const NOTHING_TO_ASK: Question<void> = { calls: [], judge: () => undefined };

/**
 * Which code the Safe runs; nothing where none governs. A proxy's own code is the same for every Safe: what it runs is
 * the address in its first storage slot, and its owners may change it.
 */
export function safeQuestion(
  { safe, safeSingleton }: Deployment['contracts'],
  at: Hex | 'latest',
): Question<void> {
  if (safe === undefined || safeSingleton === undefined) return NOTHING_TO_ASK; // both, or neither
  return {
    calls: [{ method: 'eth_getStorageAt', params: [safe.address, '0x0', at] }],
    judge: ([slot]) => {
      if (parseData(slot, 'a storage word', 32).endsWith(safeSingleton.address.slice(2))) return;
      throw new LedgerError('LEDGER_CODE_CHANGED', 'the Safe runs another code than the deployed one');
    },
  };
}

/** The contracts whose events make the ledger's state; the AccessManager only guards them. */
export function eventContracts(deployment: Deployment): readonly Hex[] {
  const { trustList, batchAnchor, statusAnchor, policyRegistry, conversionRegistry } = deployment.contracts;
  return [trustList, batchAnchor, statusAnchor, policyRegistry, conversionRegistry]
    .filter((contract) => contract !== undefined)
    .map(({ address }) => address);
}

/** A contract that not every ledger has; throws `LEDGER_DEPLOYMENT_INVALID` where it has not. */
export function deployedContract({ contracts }: Deployment, name: RegistryName): DeployedContract {
  const found = contracts[name];
  if (found === undefined) throw invalid(`this ledger has no ${name}`);
  return found;
}

/** Keccak-256 of the code in a reply to `eth_getCode`. */
export function codeHashOf(code: unknown): Hex {
  const bytes = Buffer.from(parseData(code, 'code').slice(2), 'hex');
  return `0x${Buffer.from(keccak256(bytes)).toString('hex')}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LedgerError('LEDGER_DEPLOYMENT_INVALID', 'the deployment file is not JSON', { cause });
  }
}

function invalid(what: string): LedgerError {
  return new LedgerError('LEDGER_DEPLOYMENT_INVALID', `deployment file: ${what}`);
}
