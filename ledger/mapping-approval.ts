/**
 * An authority's approval of a version of a mapping, without which `PolicyRegistry.publishMapping` takes none
 * (EIP-712): `ApproveMapping(bytes32 source,bytes32 target,uint64 version,bytes32 digest,uint64 effectiveFrom,uint64
 * deadline)` in the domain `{name: "PolicyRegistry", version: "1", chainId, verifyingContract}`. The admins of both
 * authorities sign, and anyone hands it in.
 */
import { hexlify, SigningKey, TypedDataEncoder } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { deployedContract, type Deployment } from './deployment.ts';

export interface MappingToApprove {
  /** Authorities. */
  readonly source: Hex;
  readonly target: Hex;
  /** The one that it will have: the mapping's last plus one. */
  readonly version: number;
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** Unix seconds, no sooner than the lead time after the block that takes it. */
  readonly effectiveFrom: number;
  /** The last block time at which the approvals count, Unix seconds. */
  readonly deadline: number;
}

const TYPES = {
  ApproveMapping: [
    { name: 'source', type: 'bytes32' },
    { name: 'target', type: 'bytes32' },
    { name: 'version', type: 'uint64' },
    { name: 'digest', type: 'bytes32' },
    { name: 'effectiveFrom', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
};

/**
 * 65 bytes.
 *
 * @param adminKey of the authority's admin: secp256k1, 32 bytes or hex
 */
export function approveMapping(
  adminKey: Uint8Array | string,
  deployment: Deployment,
  mapping: MappingToApprove,
): Hex {
  const domain = {
    name: 'PolicyRegistry',
    version: '1',
    chainId: deployment.chainId,
    verifyingContract: deployedContract(deployment, 'policyRegistry').address,
  };
  const digest = TypedDataEncoder.hash(domain, TYPES, { ...mapping, digest: hexlify(mapping.digest) });
  return new SigningKey(hexlify(adminKey)).sign(digest).serialized as Hex; // ethers gives lowercase hex
}
