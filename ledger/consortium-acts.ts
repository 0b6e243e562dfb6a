/**
 * What the consortium decides on `TrustList` and `PolicyRegistry`, each as a call: for a Safe's governors to schedule and carry out
 * (`governors.ts`), or for the one account that governs a ledger of tests to send. Times are Unix seconds.
 */
import { hexlify, toUtf8Bytes } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { policyRegistryAbi, trustListAbi } from './abi.ts';
import { deployedContract, type Deployment } from './deployment.ts';

export interface ConsortiumAct {
  readonly to: Hex;
  readonly data: Hex;
  readonly gasLimit?: bigint;
}

/** A checkpoint set holds many keys; all else is small. */
const CHECKPOINT_SET_GAS = 5_000_000n;

/** `jurisdiction` is ISO 3166-1 alpha-2, `checkpointKey` an Ed25519 public key of 32 bytes. */
export function admitAuthority(
  deployment: Deployment,
  authority: {
    readonly name: string;
    readonly jurisdiction: string;
    readonly admin: Hex;
    readonly checkpointKey: Uint8Array;
  },
): ConsortiumAct {
  const { name, jurisdiction, admin, checkpointKey } = authority;
  return act(deployment, 'admitAuthority', [name, toUtf8Bytes(jurisdiction), admin, checkpointKey]);
}

export function setAuthorityAdmin(deployment: Deployment, authority: Hex, admin: Hex): ConsortiumAct {
  return act(deployment, 'setAuthorityAdmin', [authority, admin]);
}

/** Without a delay, as are {@link expeditePolicy} and {@link expediteMapping}. */
export function suspendAuthority(deployment: Deployment, authority: Hex): ConsortiumAct {
  return act(deployment, 'suspendAuthority', [authority]);
}

export function reinstateAuthority(
  deployment: Deployment,
  authority: Hex,
  effectiveFrom: number,
): ConsortiumAct {
  return act(deployment, 'reinstateAuthority', [authority, effectiveFrom]);
}

export function setCheckpointSet(
  deployment: Deployment,
  keys: readonly Uint8Array[],
  threshold: number,
): ConsortiumAct {
  const values = [keys.map((key) => hexlify(key)), threshold];
  return { ...act(deployment, 'setCheckpointSet', values), gasLimit: CHECKPOINT_SET_GAS };
}

export function recordPredecessor(
  deployment: Deployment,
  before: { readonly chainId: bigint; readonly genesis: Hex; readonly finalCheckpoint: Hex },
): ConsortiumAct {
  return act(deployment, 'recordPredecessor', [before.chainId, before.genesis, before.finalCheckpoint]);
}

export function recordReplacement(
  deployment: Deployment,
  change: {
    readonly name: string;
    readonly previous: Hex;
    readonly next: Hex;
    readonly fromBlock: number;
  },
): ConsortiumAct {
  const { name, previous, next, fromBlock } = change;
  return act(deployment, 'recordReplacement', [name, previous, next, fromBlock]);
}

/** In an emergency: the last version of a policy, published and yet to hold, holds at once. */
export function expeditePolicy(
  deployment: Deployment,
  { authority, policy, version }: { readonly authority: Hex; readonly policy: Hex; readonly version: number },
): ConsortiumAct {
  return emergency(deployment, 'expedite', [authority, policy, version]);
}

/** In an emergency: the last version of a mapping, published and yet to hold, holds at once. */
export function expediteMapping(
  deployment: Deployment,
  { source, target, version }: { readonly source: Hex; readonly target: Hex; readonly version: number },
): ConsortiumAct {
  return emergency(deployment, 'expediteMapping', [source, target, version]);
}

function emergency(deployment: Deployment, name: string, values: readonly unknown[]): ConsortiumAct {
  const data = policyRegistryAbi.encodeFunctionData(name, values) as Hex; // ethers gives lowercase hex
  return { to: deployedContract(deployment, 'policyRegistry').address, data };
}

function act(deployment: Deployment, name: string, values: readonly unknown[]): ConsortiumAct {
  const data = trustListAbi.encodeFunctionData(name, values) as Hex; // ethers gives lowercase hex
  return { to: deployment.contracts.trustList.address, data };
}
